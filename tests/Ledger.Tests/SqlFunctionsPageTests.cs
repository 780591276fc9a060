using System.Text;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Tests;

/// <summary>The reference of SQL functions is made of their comments; with <c>LEDGER_APPROVE=1</c> it is written.</summary>
public sealed class SqlFunctionsPageTests
{
    private const string Begin = """
        # SQL functions

        The functions of the schema that are for questions and for people: `ledger query "select * from ledger.history('run:first')"`. They keep their parameters and columns. Those whose names end in a version, such as
        `append_v1`, are called by the libraries and change with them. This page is made of the comments in [migrations/functions](../migrations/functions/history.sql). `p_stream` is the full name, such as `run:first`.

        """;

    [Fact]
    public void Page_HasEveryFunctionWithItsComment()
    {
        var path = Path.Combine(SourceTree.Root, "docs/sql-functions.md");
        var page = new StringBuilder(Begin);
        foreach (var file in Directory.GetFiles(Path.Combine(SourceTree.Root, "migrations/functions"), "*.sql").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name.Split("_v") is [.., var version] && version.All(char.IsAsciiDigit) && version != name)
            {
                continue;
            }

            var lines = File.ReadAllLines(file);
            var comment = lines.TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)).ToList();
            var signature = lines.Skip(comment.Count).TakeWhile(line => !line.StartsWith("language", StringComparison.Ordinal))
                .Select(line => line.Replace("create or replace function ", "", StringComparison.Ordinal).Replace("{ledger}", "ledger", StringComparison.Ordinal));
            page.Append($"\n## {name}\n\n```sql\n{string.Join('\n', comment.Concat(signature)).TrimEnd()}\n```\n");
        }

        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(path, page.ToString());
            return;
        }

        File.ReadAllText(path).ShouldBe(page.ToString(), "Run this test with LEDGER_APPROVE=1 after a change of comments or of signatures.");
    }
}
