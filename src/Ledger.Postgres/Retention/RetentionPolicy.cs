using System.Text.Json.Nodes;

namespace Ledger.Postgres.Retention;

/// <summary>How long some streams are kept.</summary>
/// <remarks>
/// <para>A stream falls to the first policy of a list whose kind and label it has, and that one alone decides; a stream that falls to no policy is kept. Its age is that
/// of its last event, by the clock of the server.</para>
/// <para>Immutable. Equal when the properties are.</para>
/// </remarks>
public sealed record RetentionPolicy
{
    /// <summary>The longest age: 36,500 days.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromDays(36_500);

    /// <summary>What the policy is called in reports, 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Which streams it is for: default null, all kinds.</summary>
    public RetentionKind? Kind { get; init; }

    /// <summary>The label that a run or branch must have: default null, any or none.</summary>
    public string? Label { get; init; }

    /// <summary>The age from which on they are removed, from zero to <see cref="LongestAge"/>: default null, they are kept.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>How many of the newest that fall to the policy are kept at any age, zero or more: default 0.</summary>
    public long KeepLast { get; init; }

    internal static string ToJson(IReadOnlyList<RetentionPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0)
        {
            throw new ArgumentException("Retention needs a policy: without one nothing is removed.");
        }

        foreach (var policy in policies)
        {
            policy.Check();
        }

        return new JsonArray([.. policies.Select(p => p.ToJson())]).ToJsonString();
    }

    private JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["kind"] = Kind?.ToString().ToLowerInvariant(),
        ["label"] = Label,
        ["older_than"] = OlderThan?.TotalSeconds,
        ["keep_last"] = KeepLast,
    };

    private void Check()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 100 || Name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The name of a policy has 1 to 100 characters; this one is '{Name}'.");
        }

        if (OlderThan < TimeSpan.Zero || OlderThan > LongestAge)
        {
            throw new ArgumentException($"The age of policy '{Name}' is from zero to 36,500 days; it was {OlderThan}.");
        }

        if (KeepLast < 0)
        {
            throw new ArgumentException($"Policy '{Name}' keeps zero or more of the newest; it was {KeepLast}.");
        }

        if (Label is not null && Kind is not (null or RetentionKind.Run or RetentionKind.Branch))
        {
            throw new ArgumentException($"Policy '{Name}' asks for a label, and only runs and branches have labels.");
        }
    }
}
