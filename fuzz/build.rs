//! Each contract defines the function that writes its metadata, under the same name: the linker takes the first.

fn main() {
    println!("cargo:rustc-link-arg-bins=-Wl,--allow-multiple-definition");
}
