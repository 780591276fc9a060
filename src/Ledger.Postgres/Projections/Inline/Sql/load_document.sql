-- One document. {documents} their table; $1 its id.
select d.data
from {documents} as d
where d.id = $1
