"""German: what the rooms below say in English."""

SENTENCES = {
    "The file is empty.": "Die Datei ist leer.",
    "The file is not a video.": "Die Datei ist kein Video.",
    "The file holds sound, but no moving picture.": "Die Datei enthält Ton, aber kein bewegtes Bild.",
    "The file is a still picture, not a video.": "Die Datei ist ein Standbild, kein Video.",
    "The file is damaged or cut off in that place.": (
        "Die Datei ist an dieser Stelle beschädigt oder abgeschnitten."
    ),
    "The video is written in a way that cannot be read here.": (
        "Das Video ist auf eine Weise geschrieben, die hier nicht gelesen werden kann."
    ),
    "The scene lies outside the video.": "Die Szene liegt außerhalb des Videos.",
    "The scene is longer than a short may be.": "Die Szene ist länger, als ein Short sein darf.",
    "The picture is larger than this service takes.": "Das Bild ist größer, als dieser Dienst annimmt.",
    "The file is larger than this service takes.": "Die Datei ist größer, als dieser Dienst annimmt.",
    "The video at its address has changed.": "Das Video an seiner Adresse hat sich geändert.",
    "The video cannot be had from its address any more.": (
        "Das Video lässt sich von seiner Adresse nicht mehr holen."
    ),
    "Too much of the video would have to be read from its address.": (
        "Von dem Video müsste zu viel von seiner Adresse gelesen werden."
    ),
    "The video could not be processed.": "Das Video konnte nicht verarbeitet werden.",
    "The render took too long and was stopped.": "Das Rendern dauerte zu lange und wurde beendet.",
    "Something went wrong on our side while making the short. You may ask for it again.": (
        "Bei uns ist beim Machen des Shorts etwas schiefgegangen. Du kannst ihn noch einmal verlangen."
    ),
    "Making this short has been broken off several times, so it was given up.": (
        "Dieser Short wurde mehrmals unterbrochen und darum aufgegeben."
    ),
    "The video of this scene is no longer there.": "Das Video dieser Szene gibt es nicht mehr.",
    "Crop: fills the screen, cuts off the sides": "Zuschnitt: füllt den Schirm, schneidet die Seiten ab",
    "Letterbox: the whole picture, with black bars": "Letterbox: das ganze Bild, mit schwarzen Balken",
    "Auto: crops when little is lost, else shows the whole picture": (
        "Auto: schneidet zu, wenn wenig verloren geht, zeigt sonst das ganze Bild"
    ),
    "Blur: the whole picture over its own blurred background": (
        "Unscharf: das ganze Bild vor seinem eigenen unscharfen Hintergrund"
    ),
    "High: the best picture, at most 60 MB": "Hoch: das beste Bild, höchstens 60 MB",
    "Medium: a good picture, at most 30 MB": "Mittel: ein gutes Bild, höchstens 30 MB",
    "Draft: a quick look, at most 30 MB": "Entwurf: ein schneller Blick, höchstens 30 MB",
    "center_crop was picked: it keeps {} of the picture": "Zuschnitt gewählt: {} des Bildes bleiben",
    "blur_fill was picked: a crop would keep only {} of the picture": (
        "Unscharf gewählt: ein Zuschnitt ließe nur {} des Bildes"
    ),
    "black bars were cut off: {} is left": "schwarze Balken abgeschnitten: {} bleibt",
    "tone-mapped from {}": "aus {} in den gewöhnlichen Farbumfang übertragen",
    "colours may look pale: this ffmpeg cannot tone-map": (
        "Farben können blass wirken: dieses ffmpeg kann den Farbumfang nicht übertragen"
    ),
    "the sound is at {} LUFS: making it louder would distort it": (
        "der Ton liegt bei {} LUFS: lauter würde er verzerren"
    ),
    "quality was given up to stay below {} MB": "für weniger als {} MB musste die Qualität nachgeben",
    "The focus lies between 0 (the left edge) and 100 (the right edge).": (
        "Der Blickpunkt liegt zwischen 0 (linker Rand) und 100 (rechter Rand)."
    ),
    "A short of {} s takes {} MB at least.": "Ein Short von {} s braucht mindestens {} MB.",
    "The scene cannot be made to fit {} MB.": "Die Szene passt nicht in {} MB.",
    "The finished video is not what was asked for.": "Das fertige Video ist nicht das verlangte.",
    "The sound was lost on the way.": "Der Ton ging unterwegs verloren.",
    "There is no such video.": "Dieses Video gibt es nicht.",
    "Start and end must be numbers of seconds.": "Anfang und Ende sind Zahlen von Sekunden.",
    "The end must come at least {} s after the start.": (
        "Das Ende muss mindestens {} s nach dem Anfang liegen."
    ),
    "Start and end must lie inside the scene, {} s to {} s.": (
        "Anfang und Ende müssen in der Szene liegen, {} s bis {} s."
    ),
    "Start and end must lie inside the video, {} s to {} s.": (
        "Anfang und Ende müssen im Video liegen, {} s bis {} s."
    ),
    "There is no strategy of that name. There are: {}.": "Diese Strategie gibt es nicht. Es gibt: {}.",
    "There is no quality of that name. There are: {}.": "Diese Qualität gibt es nicht. Es gibt: {}.",
    "Your videos may take {} GB in all. Remove one to make room.": (
        "Deine Videos dürfen zusammen {} GB einnehmen. Entferne eines, um Platz zu schaffen."
    ),
    "{} of your videos are on their way; wait for one of them.": (
        "{} deiner Videos sind unterwegs; warte auf eines davon."
    ),
    "Something went wrong on our side, and we have written it down.": (
        "Bei uns ist etwas schiefgegangen, und wir haben es notiert."
    ),
    "Taking this video in has been broken off several times, so it was given up.": (
        "Dieses Video wurde mehrmals unterbrochen und darum aufgegeben."
    ),
    "The scene is gone, or has been changed meanwhile.": (
        "Die Szene ist weg oder wurde inzwischen geändert."
    ),
    "The render took longer than {} s.": "Das Rendern dauerte länger als {} s.",
    "The size allowed is too small for an encoder in hardware.": (
        "Die erlaubte Größe ist zu klein für einen Encoder in Hardware."
    ),
    "The encoder in hardware has filled the size allowed.": (
        "Der Encoder in Hardware hat die erlaubte Größe ausgeschöpft."
    ),
    "The server takes too long to send the file.": "Der Server braucht zu lange, um die Datei zu senden.",
    "There is no such file in the folders that are shared.": (
        "Diese Datei gibt es in den freigegebenen Ordnern nicht."
    ),
    "The server cannot be understood.": "Der Server ist nicht zu verstehen.",
    "The server sends more than there is.": "Der Server sendet mehr, als da ist.",
    "The server breaks off again and again.": "Der Server bricht immer wieder ab.",
    "The server answers {}.": "Der Server antwortet {}.",
    "The server cannot be reached.": "Der Server ist nicht zu erreichen.",
    "The address is not public.": "Die Adresse ist nicht öffentlich.",
    "The address cannot be understood.": "Die Adresse ist nicht zu verstehen.",
    "The address must be http:// or https://, without a user's name in it.": (
        "Die Adresse muss mit http:// oder https:// beginnen, ohne einen Benutzernamen darin."
    ),
    "The address leads from one place to another without an end.": (
        "Die Adresse führt ohne Ende von einem Ort zum nächsten."
    ),
    "Videos of that site cannot be fetched here at present.": (
        "Videos dieser Seite lassen sich hier zurzeit nicht holen."
    ),
    "That page has no video that can be fetched.": "Auf dieser Seite ist kein Video, das sich holen lässt.",
    "The site takes too long to send the video.": "Die Seite braucht zu lange, um das Video zu senden.",
    "The video has been removed.": "Das Video ist entfernt worden.",
    "There is no strategy called {}.": "Eine Strategie namens {} gibt es nicht.",
    "There is no quality called {}.": "Eine Qualität namens {} gibt es nicht.",
}
