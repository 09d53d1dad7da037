-- The same people and messages as in ../../cruddur/backend-flask/services.
INSERT INTO users (handle, display_name) VALUES ('andrewbrown', 'Andrew Brown'), ('worf', 'Worf'), ('garak', 'Garak');

INSERT INTO activities (uuid, user_uuid, reply_to_uuid, message, likes_count, created_at, expires_at)
SELECT made.uuid::uuid, u.uuid, made.reply_to::uuid, made.message, made.likes, now() - made.age, now() + made.lives
FROM (VALUES
  ('68f126b0-1ceb-4a33-88be-d90fa7109eee', 'andrewbrown', NULL, 'The cloud is only rented time, and I like it.',
   5, interval '2 days', interval '5 days'),
  ('26e12864-1c26-5c3a-9658-97a10f8fea67', 'worf', '68f126b0-1ceb-4a33-88be-d90fa7109eee', 'This message has no honor!',
   0, interval '2 days', interval '5 days'),
  ('66e12864-8c26-4c3a-9658-95a10f8fea67', 'worf', NULL, 'I am out of prune juice.',
   0, interval '7 days', interval '9 days'),
  ('248959df-3079-4947-b847-9e0892d1bab4', 'garak', NULL, 'My dear doctor, I am just a simple tailor.',
   0, interval '1 hour', interval '12 hours')
) AS made (uuid, handle, reply_to, message, likes, age, lives)
JOIN users u ON u.handle = made.handle;

INSERT INTO message_groups (uuid, user_uuid, other_uuid)
SELECT made.uuid::uuid, me.uuid, other.uuid
FROM (VALUES ('5ea58851-5f0a-510a-a23f-22358fc404f2', 'garak'), ('49cb1ed9-f8e9-5614-9237-810a5ffe05b9', 'worf'))
  AS made (uuid, handle)
JOIN users other ON other.handle = made.handle
JOIN users me ON me.handle = 'andrewbrown';

INSERT INTO messages (group_uuid, sender_uuid, message)
SELECT g.uuid, sender.uuid, made.message
FROM (VALUES (1, 'garak', 'garak', 'Is it finished?'), (2, 'garak', 'andrewbrown', 'The suit, you mean?'),
             (3, 'worf', 'worf', 'Have you practised?'), (4, 'worf', 'andrewbrown', 'Every day.'))
  AS made (nth, other, sender, message)
JOIN users other ON other.handle = made.other
JOIN message_groups g ON g.other_uuid = other.uuid
JOIN users sender ON sender.handle = made.sender
ORDER BY made.nth;
