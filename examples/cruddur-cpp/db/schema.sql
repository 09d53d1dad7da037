-- Cruddur's tables. Loaded once into an empty database: by local_postgres.py, or by the image in the compose file.
CREATE TABLE users (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  handle text NOT NULL UNIQUE,
  display_name text NOT NULL
);

-- A reply is an activity, too.
CREATE TABLE activities (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid NOT NULL REFERENCES users,
  reply_to_uuid uuid REFERENCES activities ON DELETE CASCADE,
  message text NOT NULL,
  likes_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX activities_newest ON activities (created_at DESC) WHERE reply_to_uuid IS NULL;
CREATE INDEX activities_replies ON activities (reply_to_uuid, created_at);

-- What two users say to each other.
CREATE TABLE message_groups (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid NOT NULL REFERENCES users,
  other_uuid uuid NOT NULL REFERENCES users,
  UNIQUE (user_uuid, other_uuid)
);
CREATE TABLE messages (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_uuid uuid NOT NULL REFERENCES message_groups ON DELETE CASCADE,
  sender_uuid uuid NOT NULL REFERENCES users,
  message text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX messages_of_group ON messages (group_uuid, created_at);

-- An activity as the API gives it: with its writer's handle and its replies.
CREATE VIEW replies AS
  SELECT a.reply_to_uuid, a.uuid, u.handle, a.message, a.created_at, a.expires_at, a.likes_count,
         0 AS replies_count, '[]'::json AS replies
  FROM activities a JOIN users u ON u.uuid = a.user_uuid
  WHERE a.reply_to_uuid IS NOT NULL AND a.expires_at > now();

CREATE VIEW feed AS
  SELECT a.uuid, u.handle, a.message, a.created_at, a.expires_at, a.likes_count,
         coalesce(json_array_length(r.replies), 0) AS replies_count, coalesce(r.replies, '[]'::json) AS replies
  FROM activities a JOIN users u ON u.uuid = a.user_uuid
  LEFT JOIN LATERAL (SELECT json_agg(to_jsonb(each) - 'reply_to_uuid' ORDER BY each.created_at) AS replies
                     FROM replies each WHERE each.reply_to_uuid = a.uuid) r ON true
  WHERE a.reply_to_uuid IS NULL AND a.expires_at > now();
