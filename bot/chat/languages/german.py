"""German."""

LANGUAGE = "de"

TEXTS = {
    "decimal_point": ",",
    "command.export": "Aus einer Szene einen hochkanten Short machen",
    "command.export.scene": "welche Szene: einen Teil ihres Titels tippen",
    "command.export.strategy": "wie das breite Bild hochkant wird",
    "command.export.quality": "Bild und Größe",
    "command.export.start": "Anfang im Video, etwa 10.5 oder 1:02",
    "command.export.end": "Ende im Video, etwa 55.7 oder 1:47",
    "command.export.private": "die Antwort nur dir zeigen",
    "command.exports": "Deine letzten Shorts, mit den Links, die noch leben",
    "command.quota": "Wie viele Shorts du heute noch machen kannst",
    "quota.line": "{used} von {limit} heute · neu {resets}",
    "quota.title": "Shorts von heute",
    "quota.left": "noch **{remaining}**",
    "quota.none": "Alle Shorts von heute sind verbraucht",
    "exports.title": "Deine Shorts",
    "exports.none": "Du hast noch keine Shorts gemacht. Fang mit `/export` an.",
    "exports.completed": "[herunterladen]({link}) · läuft ab {expires}",
    "exports.expired": "der Link ist abgelaufen",
    "exports.failed": "misslungen: {error}",
    "exports.cancelled": "abgebrochen",
    "exports.pending": "wartet",
    "exports.processing": "in Arbeit",
    "card.recipe": "{start}-{end} · {duration} · {strategy} · {quality}",
    "card.next": "⏳ Als Nächstes an der Reihe",
    "card.waiting": "⏳ Wartet · {before} davor in der Schlange",
    "card.starting": "Beginnt",
    "card.progress": "{bar} **{percent} %** · {stage}",
    "card.eta": "noch etwa {time}",
    "card.completed": "{mention} dein Short ist fertig · läuft ab {expires}",
    "card.facts": "{resolution} · {duration} · {size}",
    "card.failed": "**Er konnte nicht gemacht werden.** {error}",
    "card.place_back": "Das zählt nicht zu deinem Kontingent.",
    "card.cancelled": "Abgebrochen. Das zählt nicht zu deinem Kontingent.",
    "card.expired": "Der Link ist abgelaufen, die Datei gelöscht.",
    "button.download": "Herunterladen",
    "stage.probing": "sieht sich das Video an",
    "stage.rendering": "rendert",
    "stage.verifying": "prüft das Ergebnis",
    "stage.done": "fertig",
    "refused.title": "Das ging nicht",
    "refused.scene_not_found": "Diese Szene gibt es nicht.",
    "refused.scene_too_long": "Die Szene ist länger, als ein Short sein darf. Kürze sie mit Anfang und Ende.",
    "refused.quota_exceeded": "Alle {limit} Shorts von heute sind verbraucht. Neue gibt es {resets}.",
    "refused.bad_time": "Eine Zeit schreibt man in Sekunden (10.5) oder Minuten und Sekunden (1:02).",
    "refused.unknown": "Bei uns ist etwas schiefgegangen. Bitte versuche es noch einmal.",
}

#: What the rooms below say in English.
SENTENCES = {
    "The file is empty.": "Die Datei ist leer.",
    "The file is not a video.": "Die Datei ist kein Video.",
    "The file holds sound, but no moving picture.": "Die Datei enthält Ton, aber kein bewegtes Bild.",
    "The file is a still picture, not a video.": "Die Datei ist ein Standbild, kein Video.",
    "The file is damaged or cut off in that place.": (
        "Die Datei ist an dieser Stelle beschädigt oder abgeschnitten."
    ),
    "The scene lies outside the video.": "Die Szene liegt außerhalb des Videos.",
    "The scene is longer than a short may be.": "Die Szene ist länger, als ein Short sein darf.",
    "The picture is larger than this service takes.": "Das Bild ist größer, als dieser Dienst annimmt.",
    "The file is larger than this service takes.": "Die Datei ist größer, als dieser Dienst annimmt.",
    "The video could not be processed.": "Das Video konnte nicht verarbeitet werden.",
    "The render took too long and was stopped.": "Das Rendern dauerte zu lange und wurde beendet.",
    "Something went wrong on our side while making the short. You may ask for it again.": (
        "Bei uns ist beim Machen des Shorts etwas schiefgegangen. Du kannst ihn noch einmal verlangen."
    ),
    "Making this short has stopped the service several times, so it was given up.": (
        "Dieser Short hat den Dienst mehrmals angehalten und wurde darum aufgegeben."
    ),
    "The video of this scene is no longer there.": "Das Video dieser Szene gibt es nicht mehr.",
    "Crop: fills the screen, cuts off the sides": "Zuschnitt: füllt den Schirm, schneidet die Seiten ab",
    "Letterbox: the whole picture, with black bars": "Letterbox: das ganze Bild, mit schwarzen Balken",
    "High: the best picture, larger files": "Hoch: das beste Bild, größere Dateien",
    "Medium: good, about half the size": "Mittel: gut, etwa halb so groß",
}
