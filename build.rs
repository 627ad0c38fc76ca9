//! Gathers the sample project of `ubugi new` and the base theme into the binary, as a list of paths and texts, and hashes the program's sources.

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
    let mut files = Vec::new();
    for (from, to) in [("src/cli/sample", ""), ("themes/base", "themes/base/")] {
        println!("cargo::rerun-if-changed={from}");
        collect(&root.join(from), Path::new(to), &mut files)?;
    }
    files.sort();
    let mut list = String::from("[\n");
    for (name, path) in files {
        let _ = writeln!(list, "({name:?}, include_str!({path:?})),");
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("new.rs"), list)?;
    println!("cargo::rustc-env=UBUGI_SOURCES={:016x}", sources(&root)?);
    Ok(())
}

/// Hashes what the program is made from, so that it knows the output of another one from its own.
fn sources(root: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    for name in ["src", "Cargo.toml", "Cargo.lock"] {
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
