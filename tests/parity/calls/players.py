"""Media players."""

from .tools import LIVE, OFF, ON

PLAYER = "media_player__"
PAUSE, UNPAUSE = f"{PLAYER}HassMediaPause", f"{PLAYER}HassMediaUnpause"
NEXT, PREVIOUS = f"{PLAYER}HassMediaNext", f"{PLAYER}HassMediaPrevious"
VOLUME, RELATIVE = f"{PLAYER}HassSetVolume", f"{PLAYER}HassSetVolumeRelative"
MUTE, UNMUTE = f"{PLAYER}HassMediaPlayerMute", f"{PLAYER}HassMediaPlayerUnmute"
SEARCH, PLAY = f"{PLAYER}search_media", f"{PLAYER}play_media"

RECORD = {"player_name": "Record Player"}

CALLS = [
    ("all that plays is paused", PAUSE, {}),
    ("nothing plays that could be paused", PAUSE, {}),
    ("what was paused last goes on", UNPAUSE, {}),
    ("one is paused", PAUSE, {"name": "Walkman"}),
    ("another is paused by its device class", PAUSE, {"device_class": ["tv"]}),
    ("the one paused last goes on", UNPAUSE, {}),
    ("one goes on by name", UNPAUSE, {"name": "walkman"}),
    ("the next track", NEXT, {"name": "Walkman"}),
    ("the title is read back", LIVE, {"name": "Walkman"}),
    ("the track before", PREVIOUS, {"name": "Walkman"}),
    ("the chapter before the first", PREVIOUS, {"device_class": ["tv"]}),
    ("the track before, of nobody", PREVIOUS, {"name": "Nobody"}),
    ("the next chapter, by device class", NEXT, {"device_class": "tv"}),
    ("the next track of what cannot", NEXT, {"name": "Bedroom"}),
    ("the next track in an area", NEXT, {"area": "Office"}),
    ("a device class that is none", NEXT, {"device_class": ["outlet"]}),
    ("a volume", VOLUME, {"name": "Walkman", "volume_level": 30}),
    ("a volume as text", VOLUME, {"name": "Kitchen", "domain": ["media_player"], "volume_level": "55"}),
    ("a volume out of range", VOLUME, {"name": "Walkman", "volume_level": 130}),
    ("a volume as a fraction", VOLUME, {"name": "Walkman", "volume_level": 0.5}),
    ("a volume that is missing", VOLUME, {"name": "Walkman"}),
    ("a volume of what has none", VOLUME, {"name": "Lounge room", "volume_level": 30}),
    ("a volume in an area", VOLUME, {"area": "Office", "volume_level": 40}),
    ("the volume up", RELATIVE, {"name": "Walkman", "volume_step": "up"}),
    ("the volume down by a number", RELATIVE, {"name": "Walkman", "volume_step": -20}),
    ("the volume down beyond nought", RELATIVE, {"name": "Walkman", "volume_step": -100}),
    ("the volume up by a number as text", RELATIVE, {"name": "Walkman", "volume_step": "25"}),
    ("the volume by a word that is none", RELATIVE, {"name": "Walkman", "volume_step": "louder"}),
    ("the volume by too much", RELATIVE, {"name": "Walkman", "volume_step": 101}),
    ("the volume without a step", RELATIVE, {"name": "Walkman"}),
    ("the volume of all that plays", RELATIVE, {"volume_step": -10}),
    ("the volume of an area where nothing plays", RELATIVE, {"area": "Office", "volume_step": "up"}),
    ("muting", MUTE, {"name": "Walkman"}),
    ("unmuting", UNMUTE, {"name": "Walkman"}),
    ("muting, against what it says besides", MUTE, {"name": "Walkman", "is_volume_muted": False}),
    ("unmuting all", UNMUTE, {}),
    ("muting a light", MUTE, {"name": "Bed Light"}),
    ("turned off", OFF, {"name": "Walkman"}),
    ("paused while it is off", PAUSE, {"name": "Walkman"}),
    ("turned on", ON, {"name": "Walkman"}),
    # searching and playing
    ("a search", SEARCH, {"search_query": "andante", **RECORD}),
    ("a search by an artist in another case", SEARCH, {"search_query": "DVOŘÁK", **RECORD}),
    ("a search by an alias of the player", SEARCH, {"search_query": "rain", "player_name": "留声机"}),
    ("a search by area", SEARCH, {"search_query": "rain", "player_area": "Office"}),
    ("a search by floor, where there are two", SEARCH, {"search_query": "rain", "player_floor": "First floor"}),
    ("a search without a player, where there are two", SEARCH, {"search_query": "rain"}),
    ("a search that finds more than is told", SEARCH, {"search_query": "étude", **RECORD}),
    ("a search for two words of different places", SEARCH, {"search_query": "czerny 40", **RECORD}),
    ("a search that finds nothing", SEARCH, {"search_query": "zither", **RECORD}),
    ("a search inside an artist", SEARCH, {
        "search_query": "andante", "within_media_content_id": "artist/clara", "within_media_content_type": "artist",
        **RECORD,
    }),
    ("a search inside what is not there", SEARCH, {
        "search_query": "andante", "within_media_content_id": "artist/nobody", "within_media_content_type": "artist",
        **RECORD,
    }),
    ("a search without words", SEARCH, {**RECORD}),
    ("a search with blanks", SEARCH, {"search_query": " ", **RECORD}),
    ("a search for a number", SEARCH, {"search_query": 7, **RECORD}),
    ("a search for a list", SEARCH, {"search_query": ["rain"], **RECORD}),
    ("a search with an argument that is not known", SEARCH, {"search_query": "rain", "loud": True, **RECORD}),
    ("a search on a player that cannot", SEARCH, {"search_query": "rain", "player_name": "Walkman"}),
    ("a search on nobody", SEARCH, {"search_query": "rain", "player_name": "Nobody"}),
    ("a search nowhere", SEARCH, {"search_query": "rain", "player_area": "Moon"}),
    ("a search with blanks for a player", SEARCH, {
        "search_query": "rain", "player_name": " ", "player_area": "Office",
    }),
    ("playing what was found", PLAY, {
        "media_content_id": "track/humoresque", "media_content_type": "music", **RECORD,
    }),
    ("what plays is read back", LIVE, {"name": "Plattenspieler"}),
    ("playing in an area", PLAY, {
        "media_content_id": "track/trio-3", "media_content_type": "music", "player_area": "Bedroom",
    }),
    ("playing what is not there", PLAY, {"media_content_id": "track/none", "media_content_type": "music", **RECORD}),
    ("playing all of an album", PLAY, {"media_content_id": "album/trio", "media_content_type": "album", **RECORD}),
    ("playing an address", PLAY, {
        "media_content_id": "http://radio.example.org/live/news.mp3", "media_content_type": "music", **RECORD,
    }),
    ("the address is read back", LIVE, {"name": "Record Player"}),
    ("playing without a type", PLAY, {"media_content_id": "track/rain", **RECORD}),
    ("playing without an id", PLAY, {"media_content_type": "music", **RECORD}),
    ("playing on a player that cannot search", PLAY, {
        "media_content_id": "track/rain", "media_content_type": "music", "player_name": "Walkman",
    }),
    ("pausing the record player by area", PAUSE, {"area": "office"}),
    ("resuming it by area", UNPAUSE, {"area": "office"}),
]
