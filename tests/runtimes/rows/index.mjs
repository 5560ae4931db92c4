// Every row of the matrix, in the order of the table.

import { contents } from "./contents.mjs";
import { pages } from "./pages.mjs";
import { servers } from "./servers.mjs";
import { workers } from "./workers.mjs";

export const rows = [...contents, ...servers, ...workers, ...pages];
