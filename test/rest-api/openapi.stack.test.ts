import { describe, expect, it } from 'vitest';
import { operations } from '../../bin/openapi/operations.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { synthesized } from '../config/synthesized.ts';

describe('the OpenAPI document', () => {
  it.each(environmentNames)('has every route of the stack in %s, and none besides', (environment) => {
    const routes = synthesized(environment)
      .ofType('AWS::ApiGatewayV2::Route')
      .map(({ Properties }) => String(Properties.RouteKey));
    expect(routes.sort()).toEqual(operations.map(({ route }) => route).sort());
  });

  it.each(environmentNames)('asks of every route in %s the scope that it says', (environment) => {
    for (const { Properties } of synthesized(environment).ofType('AWS::ApiGatewayV2::Route')) {
      const operation = operations.find(({ route }) => route === Properties.RouteKey);
      expect(Properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizationScopes: [operation?.scope] });
    }
  });
});
