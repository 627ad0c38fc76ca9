//! A project from its folder, and the municipalities of it that a user names by code.

use std::io;
use std::path::Path;

use super::whole::Project;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::Diagnostics;
use crate::municipality;
use crate::source::Files;

/// Why a folder cannot be opened as a project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// It has no `ubugi.yaml`.
    #[error("the folder has no ubugi.yaml")]
    NotAProject,
    /// The folder itself cannot be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}

/// A code that no municipality of the project has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMunicipality {
    /// What was asked for.
    pub asked: String,
    /// The code that is most like it.
    pub near: Option<String>,
    /// The codes that there are, each with the municipality's name.
    pub known: Vec<(MunicipalityCode, String)>,
}

/// Reads the files of the project in a folder, with what was wrong in reading them.
///
/// # Errors
/// Fails if the folder is not a project or cannot be read; a fault of one file is a diagnostic.
pub fn read(folder: &Path) -> Result<(Files, Diagnostics), ProjectError> {
    let (files, found) = Files::from_disk(folder)?;
    if files.get("ubugi.yaml").is_some() {
        Ok((files, found))
    } else {
        Err(ProjectError::NotAProject)
    }
}

/// Reads and checks the project in a folder.
///
/// # Errors
/// Fails as [`read`] does; what is wrong in the project's files are diagnostics.
pub fn open(folder: &Path) -> Result<(Project, Diagnostics), ProjectError> {
    let (files, mut found) = read(folder)?;
    let project = Project::load(files, &mut found);
    Ok((project, found))
}

impl Project {
    /// Finds the municipalities with these codes.
    ///
    /// # Errors
    /// Returns the first code that no municipality has, with the nearest that there is.
    pub fn choose(&self, asked: &[String]) -> Result<Vec<MunicipalityCode>, UnknownMunicipality> {
        let find = |asked: &String| {
            let mut all = self.municipalities.iter();
            all.find(|found| found.code.as_str() == asked).map(|found| found.code).ok_or_else(
                || UnknownMunicipality {
                    asked: asked.clone(),
                    near: municipality::suggest_code(asked, &self.municipalities)
                        .map(str::to_owned),
                    known: self
                        .municipalities
                        .iter()
                        .map(|found| (found.code, found.name.in_default().to_owned()))
                        .collect(),
                },
            )
        };
        asked.iter().map(find).collect()
    }
}
