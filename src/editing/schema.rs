//! JSON Schemas (draft 2020-12) of a project's files, by which editors of text complete keys and
//! mark mistakes.
//!
//! They are made from the description of the keys that the decoders themselves use, so they cannot
//! fall behind. A schema knows one file: references between files, dates that contradict each other
//! and the like are found by `ubugi check`. It is stricter in one point. A key without a value
//! counts as absent for ubugi, and as a mistake for the schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::Tongue;
use crate::source::keys::{FileKind, Key, Need, Record, Shape};

/// The dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Makes the schema of a kind of file, with its explanations in a language.
pub fn schema(kind: &FileKind, tongue: Tongue) -> Json {
    let mut maker = Maker { tongue, definitions: BTreeMap::new() };
    let whole = maker.shape(&kind.shape);
    let mut schema = Map::new();
    schema.insert("$schema".into(), DIALECT.into());
    schema.insert("$id".into(), format!("urn:ubugi:schema:{}", kind.name).into());
    schema.insert("title".into(), kind.path.into());
    schema.insert("description".into(), said(tongue, kind.ja, kind.en).into());
    schema.extend(whole);
    let definitions: Map<String, Json> = maker
        .definitions
        .into_iter()
        .map(|(name, definition)| (name.to_owned(), Json::Object(definition)))
        .collect();
    if !definitions.is_empty() {
        schema.insert("$defs".into(), Json::Object(definitions));
    }
    Json::Object(schema)
}

fn said(tongue: Tongue, ja: &'static str, en: &'static str) -> &'static str {
    match tongue {
        Tongue::Ja => ja,
        Tongue::En => en,
    }
}

struct Maker {
    tongue: Tongue,
    definitions: BTreeMap<&'static str, Map<String, Json>>,
}

impl Maker {
    /// Makes the schema of a shape; records and texts become definitions that it refers to.
    fn shape(&mut self, shape: &Shape) -> Map<String, Json> {
        let schema = match shape {
            Shape::Line => json!({"type": ["string", "number", "boolean"], "pattern": "\\S"}),
            Shape::Text => {
                self.define_text();
                json!({"$ref": "#/$defs/text"})
            }
            Shape::Boolean => json!({"type": "boolean"}),
            Shape::Integer(least, most) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Shape::Decimal => json!({"type": "number", "minimum": 0}),
            Shape::Date => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
            Shape::PartialDate => json!({
                "type": ["string", "integer"],
                "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
                "minimum": 1000,
                "maximum": 9999
            }),
            Shape::Id => json!({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"}),
            Shape::Url => json!({"type": "string", "pattern": "^https?://[^\\s\"<>\\\\^`{|}]+$"}),
            Shape::Word(words) => json!({"type": "string", "enum": words}),
            Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
            Shape::List(items) => json!({"type": "array", "items": self.shape(items)}),
            Shape::AtLeast(least, items) => {
                json!({"type": "array", "minItems": least, "items": self.shape(items)})
            }
            Shape::Record(record) => {
                self.define(record);
                json!({"$ref": format!("#/$defs/{}", record.name)})
            }
            Shape::Map(values) => {
                json!({"type": "object", "additionalProperties": self.shape(values)})
            }
            Shape::Either(shapes) => {
                json!({"anyOf": shapes.iter().map(|shape| self.shape(shape)).collect::<Vec<_>>()})
            }
        };
        match schema {
            Json::Object(schema) => schema,
            _ => Map::new(),
        }
    }

    fn define_text(&mut self) {
        if self.definitions.contains_key("text") {
            return;
        }
        let line = self.shape(&Shape::Line);
        let by_language = json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9]{0,7}(-[A-Za-z0-9]{1,8})*$"},
            "additionalProperties": line
        });
        let help = said(
            self.tongue,
            "もとの言語の文、または言語タグと文の組",
            "a string in the default language, or strings by language tag",
        );
        let mut text = Map::new();
        text.insert("description".into(), help.into());
        text.insert("anyOf".into(), json!([line, by_language]));
        self.definitions.insert("text", text);
    }

    fn define(&mut self, record: &'static Record) {
        if self.definitions.contains_key(record.name) {
            return;
        }
        // It stands there before its keys are made, in case that one of them leads back to it.
        self.definitions.insert(record.name, Map::new());
        let mut definition = match &record.variants {
            None => self.object([record].into_iter()),
            Some(_) => self.open_object(record),
        };
        if let Some(variants) = &record.variants {
            let cases: Vec<Json> = variants
                .of
                .iter()
                .map(|(word, further)| {
                    let name = further.name;
                    let whole = self.object([record, *further].into_iter());
                    self.definitions.insert(name, whole);
                    json!({
                        "if": {
                            "properties": {variants.key: {"const": word}},
                            "required": [variants.key]
                        },
                        "then": {"$ref": format!("#/$defs/{name}")}
                    })
                })
                .collect();
            definition.insert("allOf".into(), cases.into());
        }
        self.definitions.insert(record.name, definition);
    }

    /// Makes the schema of a mapping with the keys of some records and no others.
    fn object(
        &mut self,
        records: impl Iterator<Item = &'static Record> + Clone,
    ) -> Map<String, Json> {
        let keys = records.flat_map(|record| record.keys);
        let required: Vec<&str> =
            keys.clone().filter(|key| key.need == Need::Always).map(|key| key.name).collect();
        let properties: Map<String, Json> =
            keys.map(|key| (key.name.to_owned(), Json::Object(self.key(key)))).collect();
        let mut schema = Map::new();
        schema.insert("type".into(), "object".into());
        schema.insert("properties".into(), Json::Object(properties));
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        schema.insert("additionalProperties".into(), false.into());
        schema
    }

    /// Makes the schema of a mapping that may have further keys, which its variants judge.
    fn open_object(&mut self, record: &'static Record) -> Map<String, Json> {
        let mut schema = self.object([record].into_iter());
        schema.remove("additionalProperties");
        schema
    }

    fn key(&mut self, key: &Key) -> Map<String, Json> {
        let mut schema = Map::new();
        schema.insert("description".into(), said(self.tongue, key.ja, key.en).into());
        schema.extend(self.shape(&key.shape));
        schema
    }
}
