import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLto } from "../../tools/build.mjs";

/** A verbose cargo's output, of which the last call of rustc is for the core. */
const output = (options) => `   Compiling subtle v2.6.1
     Running \`/usr/bin/rustc --crate-name subtle --edition=2018 -C opt-level=s -C linker-plugin-lto\`
   Compiling tls-psk v0.1.0 (/checkout)
     Running \`/usr/bin/rustc --crate-name tls_psk --edition=2024 src/lib.rs --crate-type cdylib ${options} --cfg x\`
    Finished \`release\` profile [optimized] target(s) in 1.00s
`;

test("a core that was optimised at link time passes", () => {
  checkLto(output("-C opt-level=s -C panic=abort -C lto -C codegen-units=1"));
  checkLto(output("-C opt-level=s -C panic=abort -C lto=fat -C codegen-units=1"));
});

test("a core that was not optimised at link time fails the build", () => {
  const lost = [
    "-C opt-level=s -C panic=abort -C codegen-units=1",
    "-C opt-level=s -C linker-plugin-lto -C codegen-units=1",
    "-C opt-level=s -C lto=thin -C codegen-units=1",
    "-C opt-level=s -C lto=off -C codegen-units=1",
  ];
  for (const options of lost) {
    assert.throws(() => checkLto(output(options)), {
      message: "The core was compiled without optimisation at link time.",
    });
  }
});

test("a core that cargo did not compile, or did not speak of, fails the build", () => {
  const fresh =
    "       Fresh tls-psk v0.1.0 (/checkout)\n    Finished `release` profile [optimized] target(s) in 0.02s\n";
  assert.throws(() => checkLto(fresh), { message: "cargo did not say how it compiled the core." });
});
