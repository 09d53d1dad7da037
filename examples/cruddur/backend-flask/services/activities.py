"""Activities: the messages of a feed. There is no database yet: what is here is made up when the process starts."""

import time
import uuid
from datetime import UTC, datetime, timedelta

from aws_xray_sdk.core import xray_recorder
from opentelemetry import trace

from services.errors import NotFound, Refused

tracer = trace.get_tracer('home.activities')

LONGEST_MESSAGE = 280
TIMES_TO_LIVE = {
    '30-days': timedelta(days=30),
    '7-days': timedelta(days=7),
    '3-days': timedelta(days=3),
    '1-day': timedelta(days=1),
    '12-hours': timedelta(hours=12),
    '3-hours': timedelta(hours=3),
    '1-hour': timedelta(hours=1),
}


def _activity(identifier, handle, message, age, lives, likes=0, replies=()):
    now = datetime.now(UTC).astimezone()
    return {
        'uuid': identifier,
        'handle': handle,
        'message': message,
        'created_at': (now - age).isoformat(),
        'expires_at': (now + lives).isoformat(),
        'likes_count': likes,
        'replies_count': len(replies),
        'replies': list(replies),
    }


REPLY = _activity('26e12864-1c26-5c3a-9658-97a10f8fea67', 'worf', 'This message has no honor!', timedelta(days=2),
                  timedelta(days=5))

ACTIVITIES = [
    _activity('68f126b0-1ceb-4a33-88be-d90fa7109eee', 'andrewbrown', 'The cloud is only rented time, and I like it.',
              timedelta(days=2), timedelta(days=5), likes=5, replies=[REPLY]),
    _activity('66e12864-8c26-4c3a-9658-95a10f8fea67', 'worf', 'I am out of prune juice.', timedelta(days=7),
              timedelta(days=9)),
    _activity('248959df-3079-4947-b847-9e0892d1bab4', 'garak', 'My dear doctor, I am just a simple tailor.',
              timedelta(hours=1), timedelta(hours=12)),
]


def home():
    with tracer.start_as_current_span('home-activities-mock-data') as span:
        span.set_attribute('app.now', datetime.now(UTC).isoformat())
        span.set_attribute('app.result_length', len(ACTIVITIES))
        return ACTIVITIES


def notifications():
    """The slow one: it counts as if it had to ask somebody far away."""
    with tracer.start_as_current_span('notifications-mock-data') as span, \
            xray_recorder.in_subsegment('slow-part') as subsegment:
        time.sleep(0.7)
        found = [each for each in ACTIVITIES if each['replies']]
        span.set_attribute('app.result_length', len(found))
        subsegment.put_annotation('found', len(found))
        return found


def search(term):
    if not term.strip():
        raise Refused('search_term_blank')
    with xray_recorder.in_subsegment('search') as subsegment:
        # As long as it takes to read every message, letter by letter.
        time.sleep(0.4 if len(term) < 4 else 0.01)
        found = [each for each in ACTIVITIES if term.lower() in each['message'].lower()]
        subsegment.put_annotation('term', term)
        subsegment.put_metadata('found', [each['uuid'] for each in found], 'cruddur')
        return found


def of_user(handle):
    # X-RAY ----------
    with xray_recorder.in_subsegment('mock-data') as subsegment:
        found = [each for each in ACTIVITIES if each['handle'] == handle]
        subsegment.put_annotation('handle', handle)
        results = {'now': datetime.now(UTC).isoformat(), 'size': len(found)}
        subsegment.put_metadata('results', results, 'cruddur')
    if not found:
        raise NotFound(f'nobody is called {handle}')
    return found


def show(activity_uuid):
    with xray_recorder.in_subsegment('mock-data') as subsegment:
        found = next((each for each in ACTIVITIES if each['uuid'] == activity_uuid), None)
        subsegment.put_annotation('activity_uuid', activity_uuid)
        subsegment.put_metadata('results', {'found': found is not None}, 'cruddur')
    if found is None:
        raise NotFound(f'there is no activity {activity_uuid}')
    return found


def _check(handle, message):
    reasons = []
    if not handle.strip():
        reasons.append('user_handle_blank')
    if not message.strip():
        reasons.append('message_blank')
    elif len(message) > LONGEST_MESSAGE:
        reasons.append('message_exceed_max_chars')
    if reasons:
        raise Refused(*reasons)


def create(handle, message, ttl):
    """Gives back what would be stored."""
    _check(handle, message)
    if ttl not in TIMES_TO_LIVE:
        raise Refused('ttl_blank')
    return _activity(str(uuid.uuid4()), handle, message, timedelta(), TIMES_TO_LIVE[ttl])


def reply(activity_uuid, handle, message):
    _check(handle, message)
    show(activity_uuid)
    return _activity(str(uuid.uuid4()), handle, message, timedelta(), timedelta(days=1))
