using Ledger.Log;

namespace Ledger;

/// <summary>What an append requires of its stream: nothing, that it holds no event yet, or an exact version.</summary>
/// <remarks>Equal when they require the same. The default value is <see cref="Any"/>.</remarks>
public readonly record struct ExpectedVersion
{
    private readonly long _valuePlusOne;

    private ExpectedVersion(long value) => _valuePlusOne = value + 1;

    /// <summary>The append goes to the end, wherever that is.</summary>
    public static ExpectedVersion Any => default;

    /// <summary>The stream is absent, or was created and holds no event (version 0).</summary>
    public static ExpectedVersion NoStream => new(0);

    /// <summary>The version that is required, or null for <see cref="Any"/>.</summary>
    public StreamVersion? Version => _valuePlusOne == 0 ? null : new StreamVersion(_valuePlusOne - 1);

    /// <summary>The stream is at exactly this version; version 0 is the same as <see cref="NoStream"/>.</summary>
    public static ExpectedVersion Exactly(StreamVersion version) => new(version.Value);

    /// <summary>Whether a stream at <paramref name="actual"/> (an absent one is at 0) meets the requirement.</summary>
    public bool IsMetBy(StreamVersion actual) => Version is not { } required || required == actual;

    /// <inheritdoc/>
    public override string ToString() => Version switch
    {
        null => "any version",
        { Value: 0 } => "no stream",
        { } version => $"version {version}",
    };
}
