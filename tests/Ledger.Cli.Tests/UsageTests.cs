using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>What is wrong with a command line is told without a server, and exits with 2.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task WrongArguments_AreRefusedWithOneSentence()
    {
        var story = new Transcript(new Cli());
        await story.RunAsync("frok");
        await story.RunAsync("run");
        await story.RunAsync("run", "stop");
        await story.RunAsync("help", "rnu");
        await story.RunAsync("help", "run", "lst");
        await story.RunAsync("run", "help", "stop");
        await story.RunAsync("completion", "tcsh");
        await story.RunAsync("fork", "a");
        await story.RunAsync("fork", "a", "--at", "-1");
        await story.RunAsync("fork", "a", "--at", "two");
        await story.RunAsync("fork", "a", "--at", "99999999999999999999");
        await story.RunAsync("fork", "--at", "1");
        await story.RunAsync("events", "a", "--bogus");
        await story.RunAsync("events", "a", "b");
        await story.RunAsync("events", "a", "--from", "3", "--to", "2");
        await story.RunAsync("search");
        await story.RunAsync("search", "--where", "quay");
        await story.RunAsync("search", "x", "--limit", "0");
        await story.RunAsync("search", "x", "--status", "broken");
        await story.RunAsync("world");
        await story.RunAsync("world", "a", "--events", "f");
        await story.RunAsync("diff", "a");
        await story.RunAsync("append", "a");
        await story.RunAsync("append", "a", "--data", "{}");
        await story.RunAsync("append", "a", "--file", "f", "--type", "t");
        await story.RunAsync("append", "a", "--type", "t", "--expect", "-1");
        await story.RunAsync("append", "a", "--type", "t", "--expect", "some");
        await story.RunAsync("append", "a", "--type", "t", "--data", "{\"id\": nope}");
        await story.RunAsync("append", "a", "--type", "t", "--data", "{\n  \"ä\": [1,\n  \"é\" 2]}");
        await story.RunAsync("append", "a", "--type", "t", "--data", "{} {}");
        await story.RunAsync("append", "a", "--type", "t", "--data", "");
        await story.RunAsync("run", "start", "--id", "");
        await story.RunAsync("run", "start", "--id", " ");
        await story.RunAsync("run", "start", "--id", "a\nb");
        await story.RunAsync("events", "a", "--lsat", "3");
        await story.RunAsync("events", "a", "--last", "three");
        await story.RunAsync("run", "list", "--limit", "99999999999");
        await story.RunAsync("chrono", "import", "p", ".", "--damaged", "mend");
        await story.RunAsync("graph", "a", "--picture", "tree", "--svg", "-");
        await story.RunAsync("graph", "a", "--svg", "-", "--json");
        await story.RunAsync("search", "x", "--min-cost", "much");
        await story.RunAsync("projections", "dead-letters", "--id", "7");
        await story.RunAsync("chrono", "query", "p", "--min-confidence", "high");
        await story.RunAsync("run", "list", "--since", "someday");
        await story.RunAsync("run", "list", "--output", "xml");
        await story.RunAsync("run", "list", "--json", "--output", "csv");
        await story.RunAsync("world", "a", "--output", "csv", "--connection", "Host=unused");
        await story.RunAsync("log", "--follow", "--output", "csv", "--connection", "Host=unused");
        await story.RunAsync("run", "list", "--profile", "nix");
        await story.RunAsync("seal", "verify", "/dev/null", "--key", "/dev/zero");
        await story.RunAsync("seal", "verify", "/dev/zero");
        await story.RunAsync("mask", "--rules", "/dev/zero", "--reason", "asked");
        await story.RunAsync("retention", "plan", "--policies", "/dev/zero");
        await story.RunAsync("run", "list", "--connection", "Host=h;Pasword=secret");
        await story.RunAsync("run", "list", "--connection", "Host=h;Port=secret");
        await story.RunAsync("run", "list", "--connection", "host=h dbname=secret");
        await story.RunAsync("hlep");
        await story.RunAsync("--verison");
        await story.RunAsync("run", "--hlep");
        await story.RunAsync("version");
        await story.RunAsync("run", "delete", "first");
        await story.RunAsync("help", "branch", "create");
        await story.RunAsync("quux");
        await story.RunAsync("append", "--creat", "--type", "note");
        await story.RunAsync("run", "rename", "first", "--jsn");
        await story.RunAsync("append", "--", "-weird", "--type", "note");
        await story.RunAsync("events", "-n", "5", "first");
        await story.RunAsync("search", "--tool");
        await story.RunAsync("search", "--text", "kettle");
        await story.RunAsync("graph", "first@2", "--svg", "-", "--picture", "branches", "--at", "2");
        await story.RunAsync("run", "list", "--connection", "postgresql:///x");
        await story.RunAsync("run", "list", "--connection", "postgresql://localhost/x?ssl_mode=require");
        await story.RunAsync("run", "list", "--connection", "Database=x");
        await story.RunAsync("run", "list", "--connection", "Host=h;Password=secret;Nonsense=1");
        await story.RunAsync("run", "list", "--connection", "Host=h;Password=a;secret=b");
        await story.RunAsync("run", "list", "--connection", "postgresql://me:1?secret=2@h/x");
        await story.RunAsync("run", "list", "--connection", "postgresql://me:1/secret@h/x");
        await story.RunAsync("migrate", "script", "--schema", "a$b");
        await story.RunAsync("migrate", "script", "--schema", "");

        Approved.Check("usage", story.ToString());
    }
}
