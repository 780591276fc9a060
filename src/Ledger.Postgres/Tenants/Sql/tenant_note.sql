-- Notes where a log is going or has gone. {trigger} the trigger that refuses writes, {place} the text.
comment on trigger {trigger} on {events}.mt_events is {place}
