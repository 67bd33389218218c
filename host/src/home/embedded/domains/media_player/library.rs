//! What a player can find: a tree of works, of which some are collections of others.

use serde_json::{Value, json};

use super::media::{MAX_TEXT_BYTES, Media, duration};
use crate::home::embedded::domains::entries::{Entry, entries};
use crate::home::embedded::model::{EntityConfig, OptionError};

/// The classes of media.
pub const CLASSES: [&str; 20] = [
    "album",
    "app",
    "artist",
    "channel",
    "composer",
    "contributing_artist",
    "directory",
    "episode",
    "game",
    "genre",
    "image",
    "movie",
    "music",
    "playlist",
    "podcast",
    "season",
    "track",
    "tv_show",
    "url",
    "video",
];
/// Works in one collection.
const MAX_CHILDREN: usize = 1_000;
/// Collections within each other.
const MAX_DEPTH: usize = 5;
const KEYS: [&str; 8] = [
    "title",
    "media_class",
    "media_content_type",
    "media_content_id",
    "artist",
    "album",
    "duration",
    "children",
];

/// One work, or a collection of some.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    media: Media,
    class: String,
    children: Vec<Work>,
}

/// What a search is for.
#[derive(Debug, Default)]
pub struct Query<'a> {
    /// Words that must all be in the title, the artist or the album.
    pub words: &'a str,
    /// Only what is of this type.
    pub content_type: Option<&'a str>,
    /// Only what is of one of these classes; none: of any.
    pub classes: Vec<&'a str>,
}

/// All that a player can find.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library(Vec<Work>);

impl Library {
    /// The library that a file describes.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let entries = entries(config, "library", &KEYS, MAX_CHILDREN)?;
        let works = entries.iter().map(|entry| Work::read(entry, None, MAX_DEPTH));
        let library = Self(works.collect::<Result<_, _>>()?);
        let mut ids: Vec<&str> = library
            .all()
            .iter()
            .map(|work| work.media.content_id.as_str())
            .collect();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                let reason = format!("two works have the media_content_id `{}`", pair[0]);
                Err(OptionError::at("library", reason))
            }
            None => Ok(library),
        }
    }

    /// Every work, a collection before what is in it.
    fn all(&self) -> Vec<&Work> {
        self.0.iter().flat_map(Work::all).collect()
    }

    /// The work of this id.
    pub fn find(&self, content_id: &str) -> Option<&Work> {
        self.all().into_iter().find(|work| work.media.content_id == content_id)
    }

    /// What a search finds, everywhere or within a work.
    pub fn search(&self, within: Option<&Work>, query: &Query<'_>) -> Value {
        let works = match within {
            Some(work) => work.children.iter().flat_map(Work::all).collect(),
            None => self.all(),
        };
        let found = works.into_iter().filter(|work| work.matches(query));
        let found: Vec<Value> = found.map(|work| work.shown(true)).collect();
        json!({ "version": 1, "result": found })
    }

    /// The library itself as a collection, under this name.
    pub fn shown(&self, name: &str) -> Value {
        let media = Media {
            title: Some(name.to_owned()),
            content_type: "library".to_owned(),
            ..Media::default()
        };
        let root = Work {
            media,
            class: "directory".to_owned(),
            children: self.0.clone(),
        };
        root.shown(true)
    }
}

impl Work {
    fn read(entry: &Entry<'_>, parent: Option<&Media>, depth: usize) -> Result<Self, OptionError> {
        let text = |key: &str| entry.text(key, MAX_TEXT_BYTES);
        let class = entry.required("media_class", MAX_TEXT_BYTES)?;
        if !CLASSES.contains(&class.as_str()) {
            let known = CLASSES.join(", ");
            return Err(entry.wrong(format!("`media_class` is `{class}`; it must be one of {known}")));
        }
        // What is not said of a work is that of the collection that it is in.
        let artist = text("artist")?.or_else(|| parent?.artist.clone());
        let title = entry.required("title", MAX_TEXT_BYTES)?;
        let album = text("album")?.or_else(|| parent?.album.clone());
        let media = Media {
            artist,
            album,
            content_id: entry.required("media_content_id", MAX_TEXT_BYTES)?,
            content_type: text("media_content_type")?.unwrap_or_else(|| "music".to_owned()),
            duration: duration(entry)?,
            title: Some(title),
            ..Media::default()
        };
        let children = entry.entries("children", &KEYS, MAX_CHILDREN)?;
        if !children.is_empty() && depth == 1 {
            return Err(entry.wrong(format!("there are more than {MAX_DEPTH} collections within each other")));
        }
        let mut inherited = media.clone();
        match class.as_str() {
            "album" => inherited.album = media.title.clone(),
            "artist" => inherited.artist = media.title.clone(),
            _ => {}
        }
        let children = children
            .iter()
            .map(|child| Self::read(child, Some(&inherited), depth - 1));
        Ok(Self {
            children: children.collect::<Result<_, _>>()?,
            media,
            class,
        })
    }

    /// It and all that is in it.
    fn all(&self) -> Vec<&Work> {
        let within = self.children.iter().flat_map(Work::all);
        std::iter::once(self).chain(within).collect()
    }

    /// What is played when it is.
    pub fn tracks(&self) -> Vec<Media> {
        let leaves = self.all().into_iter().filter(|work| work.children.is_empty());
        leaves.map(|work| work.media.clone()).collect()
    }

    fn matches(&self, query: &Query<'_>) -> bool {
        let texts = [&self.media.title, &self.media.artist, &self.media.album];
        let texts: Vec<String> = texts.into_iter().flatten().map(|text| text.to_lowercase()).collect();
        let has = |word: &str| texts.iter().any(|text| text.contains(word));
        query.words.to_lowercase().split_whitespace().all(has)
            && query
                .content_type
                .is_none_or(|wanted| self.media.content_type == wanted)
            && (query.classes.is_empty() || query.classes.contains(&self.class.as_str()))
    }

    /// It as a search or a browser shows it; `whole` with what is in it.
    pub fn shown(&self, whole: bool) -> Value {
        let holds = !self.children.is_empty();
        let of_one_class = self.children.iter().all(|child| child.class == self.children[0].class);
        let children_class = self.children.first().map(|child| match of_one_class {
            true => child.class.clone(),
            false => "directory".to_owned(),
        });
        let mut shown = json!({
            "title": self.media.title,
            "media_class": self.class,
            "media_content_type": self.media.content_type,
            "media_content_id": self.media.content_id,
            "children_media_class": children_class,
            "can_play": self.class != "directory",
            "can_expand": holds,
            "can_search": holds,
            "search_media_classes": null,
            "thumbnail": null,
        });
        if whole {
            shown["not_shown"] = 0.into();
            shown["children"] = self.children.iter().map(|child| child.shown(false)).collect();
        }
        shown
    }
}
