-- @thread: a thread; @keys: a JSON array of arrays [namespace, id]. These checkpoints, in any order.
select c.checkpoint_ns, c.checkpoint_id, c.parent_checkpoint_id, 'json' as type, c.checkpoint::text, c.metadata::text
from jsonb_array_elements(@keys::jsonb) as k
join checkpoints as c
    on c.thread_id = @thread
    and c.checkpoint_ns = k ->> 0
    and c.checkpoint_id = k ->> 1
