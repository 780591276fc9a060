using Ledger.Cli.Demo.Files;

namespace Ledger.Cli.Demo.Findings;

/// <summary>What the agent holds to be worth a finding.</summary>
internal sealed record FindingRule
{
    /// <summary>Every file counts, and the largest are those with the most bytes.</summary>
    public static FindingRule Everything { get; } = new() { Name = "everything" };

    /// <summary>Only code counts, and the largest files are those with the most lines; short copies are no finding.</summary>
    public static FindingRule CodeOnly { get; } = new() { Name = "code-only", Kinds = [FileKind.Code], Measure = SizeMeasure.Lines, MinDuplicateLines = 5 };

    /// <summary>The name that the folder gets as the reason of its findings.</summary>
    public required string Name { get; init; }

    /// <summary>The kinds of files that count: default all.</summary>
    public IReadOnlyList<FileKind> Kinds { get; init; } = Enum.GetValues<FileKind>();

    /// <summary>What makes a file large: default its bytes.</summary>
    public SizeMeasure Measure { get; init; } = SizeMeasure.Bytes;

    /// <summary>How many of the largest files are findings: default 5, zero or more.</summary>
    public int Largest { get; init; } = 5;

    /// <summary>How many of the objects that most files lead to are findings: default 3, zero or more.</summary>
    public int MostReferenced { get; init; } = 3;

    /// <summary>The fewest lines of a file whose copies are a finding: default 1, at least 1.</summary>
    public int MinDuplicateLines { get; init; } = 1;
}
