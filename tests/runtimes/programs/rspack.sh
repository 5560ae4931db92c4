npx rspack build --mode production
