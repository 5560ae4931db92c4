// What the build makes of the module, beside it: the same in base64.
declare const base64: string;
export default base64;
