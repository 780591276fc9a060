-- Hears of appends.
listen mt_events_appended
