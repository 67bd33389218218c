"""The player: what it plays is in `library.json`, and a search finds the words asked for in title, artist and album."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import homeassistant.helpers.config_validation as cv
import probatio
from homeassistant.components.media_player import (
    PLATFORM_SCHEMA,
    BrowseMedia,
    MediaPlayerEntity,
    MediaPlayerEntityFeature as Feature,
    MediaPlayerState,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.exceptions import HomeAssistantError

PLATFORM_SCHEMA = PLATFORM_SCHEMA.extend(
    {probatio.Required("name"): cv.string, probatio.Required("unique_id"): cv.string}
)


async def async_setup_platform(hass, config, async_add_entities, discovery_info=None) -> None:
    """One player."""
    text = await hass.async_add_executor_job(Path(__file__).with_name("library.json").read_text)
    async_add_entities([RecordPlayer(config["name"], config["unique_id"], json.loads(text))])


def works(library: list[dict]) -> Iterator[dict]:
    """All of a library, each before what is in it."""
    for work in library:
        yield work
        yield from works(work.get("children", []))


class RecordPlayer(MediaPlayerEntity):
    """Plays what it is told, and goes on until it is told something else."""

    _attr_should_poll = False
    _attr_supported_features = (
        Feature.PAUSE | Feature.PLAY | Feature.PLAY_MEDIA | Feature.SEARCH_MEDIA | Feature.TURN_OFF | Feature.TURN_ON
        | Feature.VOLUME_MUTE | Feature.VOLUME_SET | Feature.VOLUME_STEP
    )

    def __init__(self, name: str, unique_id: str, library: list[dict]) -> None:
        self._attr_name, self._attr_unique_id, self._library = name, unique_id, library
        self._attr_state, self._attr_volume_level, self._attr_is_volume_muted = MediaPlayerState.IDLE, 0.5, False

    async def async_search_media(self, query: SearchMediaQuery) -> SearchMedia:
        inside = self._library
        if query.media_content_id:
            inside = self._work(query.media_content_id).get("children", [])
        words = query.search_query.casefold().split()
        found = []
        for work in works(inside):
            about = " ".join(work.get(key, "") for key in ("title", "artist", "album")).casefold()
            if all(word in about for word in words):
                found.append(work)
        return SearchMedia(result=[self._shown(work) for work in found])

    async def async_play_media(self, media_type: str, media_id: str, **kwargs: object) -> None:
        # Of a collection the first that is in it; of an address, what its last part says.
        work = {"title": media_id.rsplit("/", 1)[-1]} if "://" in media_id else self._work(media_id)
        while "children" in work:
            work = work["children"][0]
        self._attr_media_content_id = work.get("media_content_id", media_id)
        self._attr_media_content_type = work.get("media_content_type", media_type)
        self._attr_media_title = work["title"]
        self._attr_media_artist, self._attr_media_album_name = work.get("artist"), work.get("album")
        self._is(MediaPlayerState.PLAYING)

    async def async_media_play(self) -> None:
        self._is(MediaPlayerState.PLAYING)

    async def async_media_pause(self) -> None:
        self._is(MediaPlayerState.PAUSED)

    async def async_turn_on(self) -> None:
        self._is(MediaPlayerState.PLAYING)

    async def async_turn_off(self) -> None:
        self._is(MediaPlayerState.OFF)

    async def async_set_volume_level(self, volume: float) -> None:
        self._attr_volume_level = volume
        self.async_write_ha_state()

    async def async_mute_volume(self, mute: bool) -> None:
        self._attr_is_volume_muted = mute
        self.async_write_ha_state()

    def _is(self, state: MediaPlayerState) -> None:
        self._attr_state = state
        self.async_write_ha_state()

    def _work(self, media_id: str) -> dict:
        for work in works(self._library):
            if work["media_content_id"] == media_id:
                return work
        raise HomeAssistantError(f"{media_id} is not in the library")

    @staticmethod
    def _shown(work: dict) -> BrowseMedia:
        return BrowseMedia(
            title=work["title"], media_class=work["media_class"], media_content_type=work["media_content_type"],
            media_content_id=work["media_content_id"], can_play=True, can_expand="children" in work,
            can_search="children" in work,
        )
