/** An error as an AWS API answers it: the SDK turns `code` into the exception's name. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
