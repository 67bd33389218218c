"""The calls of the tables of media players."""

from __future__ import annotations


def call(service: str, data: dict | None = None, **more) -> dict:
    return {"service": service, "data": data or {}, **more}


def volume(level, **more) -> dict:
    return call("volume_set", {"volume_level": level}, **more)


SOUND = {"sound_modes": ["Music", "Movie"]}
BEGINS = {"volume_level": 1.0, "is_volume_muted": False, "sound_mode": "Music", "shuffle": False}
TRANSPORT = [
    call("media_pause"),
    call("media_pause"),
    call("media_play_pause"),
    call("media_play_pause"),
    call("media_play"),
    call("media_play"),
    call("media_stop"),
    call("media_play"),
    call("turn_off"),
    call("turn_off"),
    call("media_pause"),
    call("turn_off"),
    call("toggle"),
    call("toggle"),
    call("turn_on"),
    call("media_next_track"),
    call("media_next_track"),
    call("media_previous_track"),
    call("media_previous_track"),
    call("media_previous_track"),
    call("turn_on", {"volume_level": 0.5}),
    call("media_play", {"media_content_id": "x"}),
    call("media_record"),
]
VOLUME = [
    volume(0.55),
    call("volume_down"),
    call("volume_down"),
    call("volume_up"),
    call("volume_up", {"step": 0.3}),
    volume(0.95),
    call("volume_up"),
    call("volume_up"),
    volume(0.05),
    call("volume_down"),
    call("volume_down"),
    volume(1),
    volume(0),
    volume("0.25"),
    volume(True),
    volume(1.01),
    volume(-0.1),
    volume("loud"),
    volume(None),
    volume([0.5]),
    call("volume_set"),
    call("volume_set", {"volume": 0.5}),
    volume(0.5),
    call("volume_mute", {"is_volume_muted": True}),
    call("volume_mute", {"is_volume_muted": "off"}),
    call("volume_mute", {"is_volume_muted": "yes"}),
    call("volume_mute", {"is_volume_muted": 0}),
    call("volume_mute", {"is_volume_muted": 2}),
    call("volume_mute", {"is_volume_muted": "perhaps"}),
    call("volume_mute", {"is_volume_muted": None}),
    call("volume_mute"),
]
SETTINGS = [
    call("shuffle_set", {"shuffle": True}),
    call("shuffle_set", {"shuffle": "no"}),
    call("shuffle_set", {"shuffle": "sometimes"}),
    call("shuffle_set"),
    call("repeat_set", {"repeat": "one"}),
    call("repeat_set", {"repeat": "all"}),
    call("repeat_set", {"repeat": "off"}),
    call("repeat_set", {"repeat": "twice"}),
    call("repeat_set", {"repeat": None}),
    call("repeat_set"),
    call("select_sound_mode", {"sound_mode": "Movie"}),
    call("select_sound_mode", {"sound_mode": 5}),
    call("select_sound_mode", {"sound_mode": None}),
    call("select_sound_mode"),
    call("select_sound_mode", {"sound_mode": "Music"}),
    call("select_source", {"source": "youtube"}),
    call("select_source", {"source": "vhs"}),
    call("select_source", {"source": ["dvd"]}),
    call("select_source"),
    call("select_source", {"source": "dvd"}),
]
PLAYING = [
    call("media_seek", {"seek_position": -1}),
    call("media_seek", {"seek_position": "late"}),
    call("media_seek", {"seek_position": None}),
    call("media_seek"),
    call("play_media"),
    call("play_media", {"media_content_id": "abc"}),
    call("play_media", {"media_content_type": "music"}),
    call("play_media", {"media_content_id": None, "media_content_type": "music"}),
    call("play_media", {"media_content_id": ["a"], "media_content_type": "music"}),
    call("play_media", {"media_content_id": "abc", "media_content_type": "music", "enqueue": "later"}),
    call("play_media", {"media_content_id": "abc", "media_content_type": "music", "enqueue": "add", "announce": True}),
    call("play_media", {"media_content_id": "abc", "media_content_type": "music", "announce": "perhaps"}),
    call("play_media", {"media_content_id": "abc", "media_content_type": "music", "extra": 5}),
    call("play_media", {"media": {"media_content_id": "abc"}}),
    call("play_media", {"media": {"media_content_id": "a", "media_content_type": "b"}, "media_content_id": "abc"}),
    call("play_media", {"media": "abc"}),
    call("play_media", {"media_content_id": "abc", "media_content_type": "music", "volume": 1}),
]
LOOKING = [
    call("search_media", {"search_query": "fire"}, response=True),
    call("search_media", {"search_query": None}, response=True),
    call("search_media", {}, response=True),
    call("search_media", {"search_query": "fire", "media_filter_classes": ["song"]}, response=True),
    call("search_media", {"search_query": "fire", "media_filter_classes": "movie", "limit": 5}, response=True),
    call("search_media", {"search_query": "fire", "media_content_id": ["a"]}, response=True),
    call("browse_media", {"media_content_id": ["a"]}, response=True),
    call("browse_media", {"search_query": "fire"}, response=True),
]
GROUPING = [
    call("join", {"group_members": ["media_player.kitchen"]}),
    call("join", {"group_members": "media_player.kitchen, media_player.browse"}),
    call("join", {"group_members": []}),
    call("join", {"group_members": ["kitchen"]}),
    call("join", {"group_members": None}),
    call("join"),
    call("unjoin"),
    call("unjoin"),
    call("unjoin", {"group_members": []}),
]

HIPPY = "I Wanna Be A Hippy (Flamman & Abraxas Radio Mix)"
BOUNZZ = {"album": "Bounzz", "content_id": "bounzz-1", "content_type": "music", "duration": 213}
TRACKS = [
    {"title": title, "artist": artist, **BOUNZZ}
    for artist, title in [("Technohead", HIPPY), ("Paul Elstak", "Luv U More"), ("Dune", "Hardcore Vibes")]
]
EPISODES = [
    {
        "title": f"Chapter {number}",
        "series": "House of Cards",
        "season": "1",
        "episode": str(number),
        "content_id": "house-of-cards-1",
        "content_type": "tvshow",
        "duration": 3600,
    }
    for number in range(1, 4)
]
FIREPLACE = {
    "title": "♥♥ The Best Fireplace Video (3 hours)",
    "content_id": "eyU3bRy2x44",
    "content_type": "movie",
    "duration": 300,
}
BASIC = ["pause", "turn_on", "turn_off", "play", "shuffle_set", "select_sound_mode", "stop"]
MUSIC = [
    *BASIC, "volume_set", "volume_mute", "clear_playlist", "grouping", "repeat_set", "volume_step", "previous_track",
    "next_track",
]
VIDEO = [*BASIC, "volume_set", "volume_mute", "play_media", "seek"]
TELEVISION = [*BASIC, "select_source", "previous_track", "next_track"]

PLAYERS = [
    {
        "entity": "media_player.walkman",
        "config": {
            "state": "playing",
            "attributes": {**BEGINS, "group_members": [], "repeat": "off"},
            "options": {"features": MUSIC, **SOUND, "tracks": TRACKS},
        },
        "prepare": [("turn_on", {}), ("repeat_set", {"repeat": "off"}), ("media_previous_track", {})],
        "calls": [*TRANSPORT, *VOLUME, *SETTINGS, *PLAYING[:4], *PLAYING[4:6], *GROUPING],
    },
    {
        "entity": "media_player.living_room",
        "config": {
            "state": "playing",
            "attributes": {**BEGINS, "app_name": "YouTube", "media_position": 45},
            "options": {"features": VIDEO, **SOUND, "tracks": [FIREPLACE]},
        },
        "calls": [*TRANSPORT, *VOLUME, *SETTINGS, *PLAYING, *LOOKING[:1], call("join", {"group_members": []}),
                  call("clear_playlist")],
    },
    {
        "entity": "media_player.lounge_room",
        "config": {
            "state": "playing",
            "device_class": "tv",
            "attributes": {**BEGINS, "app_name": "Netflix", "source": "dvd"},
            "options": {"features": TELEVISION, **SOUND, "sources": ["dvd", "youtube"], "tracks": EPISODES},
        },
        "calls": [*TRANSPORT, *VOLUME[:6], *SETTINGS, *PLAYING[:1], *PLAYING[4:6], call("turn_on"), call("toggle")],
    },
    {
        "entity": "media_player.search",
        "config": {
            "state": "playing",
            "attributes": BEGINS,
            "options": {
                "features": ["search_media"],
                "library": [
                    {
                        "title": "Search result",
                        "artist": "Fire",
                        "media_class": "movie",
                        "media_content_type": "movie",
                        "media_content_id": "search_result_id",
                    }
                ],
            },
        },
        "calls": [*TRANSPORT[:5], call("toggle"), *LOOKING[:6], call("volume_up")],
    },
    {
        "entity": "media_player.browse",
        "config": {
            "state": "playing", "attributes": BEGINS, "options": {"features": ["browse_media", "search_media"]}
        },
        "calls": LOOKING[1:3] + LOOKING[4:],
    },
]
