npx rollup src/index.js --dir dist --plugin node-resolve
mkdir -p dist/wasm
cp node_modules/tls-psk/dist/wasm/tls_psk_bg.wasm dist/wasm/
