using Ledger.Postgres.Queries;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Queries;

/// <summary>What is known of a question before the server sees it.</summary>
public sealed class SqlStatementTests
{
    [Theory]
    [InlineData("select 1", "")]
    [InlineData("select f(1), g (2), \"H\"(3), S.\"i j\" (4), count(*)", "H count f g i j")]
    [InlineData("select F/* ( */(1) -- g(2)\n , h\n(3)", "f h")]
    [InlineData("select 'f(1)', E'\\'f(1)', $$f(1)$$, $a$ f(1) $b$ $a$, '--', \"f(1)\", U&'f(1)'", "")]
    [InlineData("select '\\', f(1), '''', g(2)", "f g")]
    [InlineData("select e'a\\\\', f(1)", "f")]
    [InlineData("select $1, a$b$c(1), 1.5e3, /* a /* b */ c(1) */ d(1)", "a$b$c d")]
    [InlineData("select (1).pg_sleep, (a).b.c, x.y, ('{1}'::int[])[1].z, \"t\" . /* */ \"F\"", "F b c pg_sleep select y z")]
    [InlineData("with a as (select f(1)) select * from a, lateral g(a.x)", "as f g x")]
    [InlineData("select 'a' \n , 'b', 'c' -- '\n , f(1)", "f")]
    [InlineData("select été(1), ÀB(2), \"a\"\"b\"(3)", "a\"b été Àb")]
    public void Calls_AreFound_AsTheServerReadsThem(string text, string calls) =>
        string.Join(' ', SqlStatement.Of(text).Calls.Keys.Order(StringComparer.Ordinal)).ShouldBe(string.Join(' ', calls.Split(' ').Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("select 1;", "select 1")]
    [InlineData("select ';' ; ; -- done;", "select ';' ")]
    [InlineData("(select 1)", "(select 1)")]
    [InlineData("explain (analyze off) (select 1)", "explain (analyze off) (select 1)")]
    [InlineData("explain ((select 1) union select 2)", "explain ((select 1) union select 2)")]
    [InlineData("-- why\nWITH a AS (values (1)) TABLE a", "-- why\nWITH a AS (values (1)) TABLE a")]
    public void Text_EndsBeforeTheLastSemicolon(string text, string expected) => SqlStatement.Of(text).Text.ShouldBe(expected);

    [Theory]
    [InlineData(" ; -- nothing", "42601", "The question is empty. Write a statement, such as 'select * from ledger.runs'.")]
    [InlineData("select 1;\n drop table x", "42601", "One statement is taken, and another one begins (line 2, column 2).")]
    [InlineData("commit; drop table x", "42601", "One statement is taken, and another one begins (line 1, column 9).")]
    [InlineData("delete from ledger.events", "0A000", "A question begins with select, with, values, table or explain, not with 'delete' (line 1, column 1).")]
    [InlineData("/* 🫖 */ copy x to program 'sh'", "0A000", "A question begins with select, with, values, table or explain, not with 'copy' (line 1, column 9).")]
    [InlineData("explain (analyze, buffers) create table a as select 1", "0A000", "A plan is asked for of a question, which begins with select, with, values or table, not with 'create' (line 1, column 28).")]
    [InlineData("explain analyze verbose delete from a", "0A000", "A plan is asked for of a question, which begins with select, with, values or table, not with 'delete' (line 1, column 25).")]
    [InlineData("explain analyze select 1 into a", "0A000", "A question writes into nothing (line 1, column 26).")]
    [InlineData("explain", "0A000", "A plan is asked for of a question, which begins with select, with, values or table.")]
    [InlineData("select U&\"pg\\005Fsleep\"(1)", "0A000", "Names with Unicode escapes are not taken; write the name in double quotes (line 1, column 8).")]
    [InlineData("select e'a'\n'\\' , ' , pg_terminate_backend(4711) , ' '", "0A000", "A string that goes on after a line break is not taken; write it as one, or join two with '||' (line 2, column 1).")]
    [InlineData("select U&'a' -- b\r 'c'", "0A000", "A string that goes on after a line break is not taken; write it as one, or join two with '||' (line 1, column 20).")]
    [InlineData("select 1\0; drop table x", "22021", "The text has a NUL character (line 1, column 9).")]
    public void Of_WhatIsNoQuestion_IsRefusedWithItsPlace(string text, string code, string message)
    {
        var fault = Should.Throw<SqlQueryException>(() => SqlStatement.Of(text));
        (fault.Code, fault.Message).ShouldBe((code, message));
    }
}
