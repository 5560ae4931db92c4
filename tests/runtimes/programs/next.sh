npx next build
