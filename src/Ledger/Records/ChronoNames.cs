using System.Text.Json;

namespace Ledger.Records;

/// <summary>The names of a record store's event types in the log, and of the members of their JSON.</summary>
internal static class ChronoNames
{
    /// <summary>An event of the chain: <see cref="Text"/> and <see cref="Hash"/>.</summary>
    public const string Event = "chrono.event";

    /// <summary>The position of a state whose events are not in the log: <see cref="Seq"/>, <see cref="Hash"/>, <see cref="Ts"/>.</summary>
    public const string State = "chrono.state";

    /// <summary>A record of that state: <see cref="Text"/>, <see cref="Seq"/>, <see cref="Ordinal"/>, <see cref="At"/>, <see cref="Ts"/>.</summary>
    public const string Record = "chrono.record";

    public static readonly JsonEncodedText Text = JsonEncodedText.Encode("text");

    public static readonly JsonEncodedText Hash = JsonEncodedText.Encode("hash");

    public static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");

    public static readonly JsonEncodedText Ts = JsonEncodedText.Encode("ts");

    /// <summary>A record's place in the order of first insertion.</summary>
    public static readonly JsonEncodedText Ordinal = JsonEncodedText.Encode("ordinal");

    /// <summary>The seq of the state that a record belongs to.</summary>
    public static readonly JsonEncodedText At = JsonEncodedText.Encode("at");

    /// <summary>In the headers: the record with its keys in their original order.</summary>
    public static readonly JsonEncodedText Spelled = JsonEncodedText.Encode("spelled");
}
