/** Who Easel is in the workspace that it is installed in, known once it has said hello. */
export interface Bot {
  team: string;
  id: string;
  user: string;
}
