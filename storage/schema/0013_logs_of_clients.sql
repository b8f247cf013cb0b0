-- Whose log of deliveries the news stands in; of news for a chat, nobody's.
ALTER TABLE deliveries ADD COLUMN client TEXT;
UPDATE deliveries SET client =
    (SELECT address ->> 'client' FROM destinations WHERE destinations.id = deliveries.destination_id);
CREATE INDEX deliveries_by_client ON deliveries (client) WHERE client IS NOT NULL;

-- A user's exports are listed in the order of their rows, which is that of an index of the user alone.
DROP INDEX exports_by_user;
CREATE INDEX exports_by_user ON exports (user_id);
