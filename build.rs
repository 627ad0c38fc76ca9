//! Gathers the sample project of `ubugi new` and the base theme into the binary, each as a list of
//! paths and bytes, and hashes what the program is made from.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script through the environment"
)]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    write_list(&root, "src/cli/sample", "", &out.join("new.rs"))?;
    write_list(&root, "themes/base", "themes/base/", &out.join("base_theme.rs"))?;
    println!("cargo::rustc-env=UBUGI_SOURCES={:016x}", sources(&root)?);
    Ok(())
}

/// Writes the files below a folder as an expression of Rust: a slice of paths and bytes.
fn write_list(root: &Path, from: &str, to: &str, target: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={from}");
    let mut files = Vec::new();
    collect(&root.join(from), Path::new(to), &mut files)?;
    files.sort();
    let mut list = String::from("[\n");
    for (name, path) in files {
        let _ = writeln!(list, "({name:?}, include_bytes!({path:?}).as_slice()),");
    }
    list.push_str("]\n");
    fs::write(target, list)
}

/// Hashes what the program is made from, the base theme included, so that it knows the output of
/// another program from its own.
fn sources(root: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    for name in ["src", "themes/base", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={name}");
        let path = root.join(name);
        if path.is_dir() {
            collect(&path, Path::new(name), &mut files)?;
        } else if path.exists() {
            files.push((name.to_owned(), path));
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for (name, path) in files {
        name.hash(&mut hasher);
        fs::read(path)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(folder: &Path, to: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &target, files)?;
        } else {
            let name = target
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join("/");
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
