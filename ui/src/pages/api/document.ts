/** What the API page shows of api/control.yaml; ui/api_document.ts makes it. */
export interface ApiField {
  name: string;
  where: string; // path, query, header, body
  type: string;
  required: boolean;
  meaning: string;
}

export interface ApiOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  fields: ApiField[];
  answers: { code: string; meaning: string }[];
  asks: string; // the right
  may: string[]; // policies that grant it
  body?: unknown; // to send
  example?: { address: string; request?: unknown; status: number; answer?: unknown }; // what the server answered to it
  contentType?: string;
}

export interface ApiGroup {
  name: string;
  description: string;
  operations: ApiOperation[];
}
