using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Files;
using Ledger.Explorer.Rendering;
using Ledger.Postgres.Retention;

namespace Ledger.Cli.Retention;

/// <summary>The policies of a command: one by options, or several from a file.</summary>
internal sealed class PolicyOptions
{
    private const string Kinds = "run, branch, task, records or stream";

    private readonly Option<string?> _file = new("--policies")
    {
        Description = "A file with a JSON array of policies, each with name, kind, label, older_than and keep_last. The first that fits a stream decides; without older_than it keeps.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _kind = new("--kind") { Description = $"Only streams of this kind: {Kinds}.", HelpName = "KIND" };
    private readonly Option<string?> _label = new("--label") { Description = "Only runs and branches with this label.", HelpName = "LABEL" };
    private readonly Option<string?> _olderThan = new("--older-than") { Description = "Only streams whose last event is older than this, such as 90d or 12h.", HelpName = "TIME" };
    private readonly Option<long?> _keepLast = new("--keep-last") { Description = "Keeps this many of the newest, whatever their age.", HelpName = "COUNT" };

    public PolicyOptions(Command command)
    {
        foreach (var option in new Option[] { _file, _kind, _label, _olderThan, _keepLast })
        {
            command.Add(option);
        }
    }

    public async Task<IReadOnlyList<RetentionPolicy>> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_file) is { } file)
        {
            return session.IsGiven(_kind) || session.IsGiven(_label) || session.IsGiven(_olderThan) || session.IsGiven(_keepLast)
                ? throw new UsageException("Give the policies by '--policies', or one by options, not both.")
                : Parse(file, await WholeFile.ReadSmallAsync(file, cancellationToken));
        }

        if (!session.IsGiven(_olderThan) && !session.IsGiven(_keepLast))
        {
            throw new UsageException("Say what is to be removed: '--older-than 90d', '--keep-last 100', or a file by '--policies'.");
        }

        return
        [
            new RetentionPolicy
            {
                Name = "command line",
                Kind = KindOf(session.Get(_kind)),
                Label = session.Get(_label),
                OlderThan = AgeOf(session.Get(_olderThan)) ?? TimeSpan.Zero,
                KeepLast = session.Get(_keepLast) ?? 0,
            },
        ];
    }

    private static IReadOnlyList<RetentionPolicy> Parse(string file, ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select((policy, i) => Read(policy, i))];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"'{file}' is not a JSON array of policies: {fault.Message}");
        }
    }

    private static RetentionPolicy Read(JsonElement policy, int place)
    {
        var unknown = policy.EnumerateObject().Select(p => p.Name).Except(["name", "kind", "label", "older_than", "keep_last"]).FirstOrDefault();
        return unknown is not null
            ? throw new UsageException($"A policy has no member '{unknown}': its members are name, kind, label, older_than and keep_last.")
            : new RetentionPolicy
            {
                Name = Text("name") ?? $"policy {place + 1}",
                Kind = KindOf(Text("kind")),
                Label = Text("label"),
                OlderThan = AgeOf(Text("older_than")),
                KeepLast = policy.TryGetProperty("keep_last", out var count) ? count.GetInt64() : 0,
            };

        string? Text(string name) => policy.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private static RetentionKind? KindOf(string? text) => text is null ? null
        : Enum.TryParse<RetentionKind>(text, ignoreCase: true, out var kind) && char.IsLetter(text[0]) ? kind
        : throw new UsageException($"A kind is {Kinds}, but was '{text}'.");

    private static TimeSpan? AgeOf(string? text) => text is null ? null
        : DurationInput.Find(text) ?? throw new UsageException($"An age is a length of time such as 90d, 12h or 30min, but was '{text}'.");
}
