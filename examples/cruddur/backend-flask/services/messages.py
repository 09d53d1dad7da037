"""Messages from one user to another; made up, as the activities are."""

import uuid
from datetime import UTC, datetime

from services.errors import Refused

LONGEST_MESSAGE = 1024

NAMES = {'andrewbrown': 'Andrew Brown', 'worf': 'Worf', 'garak': 'Garak'}

TALKS = {
    'worf': ['Have you practised?', 'Every day.'],
    'garak': ['Is it finished?', 'The suit, you mean?'],
}


def _message(handle, text):
    now = datetime.now(UTC).astimezone()
    return {'uuid': str(uuid.uuid4()), 'handle': handle, 'display_name': NAMES[handle], 'message': text,
            'created_at': now.isoformat()}


def groups():
    return [{'uuid': str(uuid.uuid5(uuid.NAMESPACE_DNS, handle)), 'handle': handle, 'display_name': NAMES[handle]}
            for handle in TALKS]


def with_user(handle):
    # The example's bug: nobody thought of a handle that is not there. A KeyError, so 500, for all four vendors to see.
    talk = TALKS[handle]
    return [_message(handle if n % 2 == 0 else 'andrewbrown', text) for n, text in enumerate(talk)]


def create(handle, message):
    if not message.strip():
        raise Refused('message_blank')
    if len(message) > LONGEST_MESSAGE:
        raise Refused('message_exceed_max_chars')
    if handle not in NAMES:
        raise Refused('user_receiver_handle_unknown')
    return _message('andrewbrown', message)
