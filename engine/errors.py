"""The one family of errors: each carries a sentence for the person at the screen."""


class SemblanceError(Exception):
    """Something a person can act on. ``str(error)`` says what happened, where, and what to do."""


class InputError(SemblanceError):
    """A file, folder or value that was given cannot be used."""


class PhotoError(InputError):
    """A picture is broken, refused or too large."""


class NoFaceError(PhotoError):
    """Exactly one face was needed and the picture does not show it."""


class ModelError(SemblanceError):
    """A model file is missing or is not the one that is expected."""


class ConsentError(SemblanceError):
    """A customer's face would have been used without a valid consent record."""


class TemplateError(InputError):
    """An ad template breaks its contract."""


class CampaignFileError(SemblanceError):
    """The campaign file cannot be read or written."""


class WrongPassphraseError(CampaignFileError):
    """The passphrase does not open the campaign file."""
