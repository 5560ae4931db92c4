"use client";

import { useEffect } from "react";

export default function Page() {
  useEffect(() => {
    import("../src/index.js");
  }, []);
  return null;
}
