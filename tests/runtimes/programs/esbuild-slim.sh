npx esbuild src/index.js --bundle --format=esm --outdir=dist --loader:.wasm=binary
