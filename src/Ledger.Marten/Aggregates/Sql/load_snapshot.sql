-- The document of a stream and the version that it stands for. $1 the name of the stream. {documents}: the table. No row if there is no document.
select d.data,
       d.mt_version
from {documents} as d
where d.id = $1
