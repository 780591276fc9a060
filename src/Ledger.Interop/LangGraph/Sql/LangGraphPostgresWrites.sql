-- @thread: a thread; @keys: a JSON array of arrays [namespace, id]. The writes of tasks to these checkpoints, in the order of LangGraph.
select w.checkpoint_ns, w.checkpoint_id, w.task_id, w.idx, w.channel, w.type, w.blob
from jsonb_array_elements(@keys::jsonb) as k
join checkpoint_writes as w
    on w.thread_id = @thread
    and w.checkpoint_ns = k ->> 0
    and w.checkpoint_id = k ->> 1
order by w.task_id, w.idx
