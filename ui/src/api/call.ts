/** The data of an answer; its error is thrown, for mutations. */
export async function call<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (error) throw error;
  return data as T;
}
