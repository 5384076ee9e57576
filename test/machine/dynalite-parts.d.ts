/** The parts of dynalite that need no server: one action each, over whatever keeps the items. */
declare module 'dynalite/actions/*' {
  type Done = (error: Error | null | undefined, answer?: Record<string, unknown>) => void;
  const act: (store: unknown, input: Record<string, unknown>, done: Done) => void;
  export default act;
}
declare module 'dynalite/validations/index.js' {
  const validations: { validateExpressions: (input: Record<string, unknown>) => string | undefined };
  export default validations;
}
