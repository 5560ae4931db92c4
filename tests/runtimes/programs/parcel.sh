npx parcel build index.html --public-url ./
