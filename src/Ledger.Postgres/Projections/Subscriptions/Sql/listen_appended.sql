-- Listens for appends.
listen mt_events_appended
