/** An error as AppSync Events answers it, over HTTP and over WebSocket: `errorType` is what clients decide by. */
export class EventsError extends Error {
  readonly errorType: string;
  /** HTTP status; over WebSocket, `errorCode` of a connection that is refused. */
  readonly status: number;

  constructor(errorType: string, message: string, status = 400) {
    super(message);
    this.name = errorType;
    this.errorType = errorType;
    this.status = status;
  }
}

export const badRequest = (message: string): EventsError => new EventsError('BadRequestException', message);
export const unauthorized = (message: string): EventsError => new EventsError('UnauthorizedException', message, 401);

/** What is wrong, in words for whoever sent it. What is not ours to explain says so, and is a server's failure. */
export const asEventsError = (error: unknown): EventsError =>
  error instanceof EventsError ? error : new EventsError('InternalFailure', String(error), 500);
