namespace Ledger.Worlds;

/// <summary>The names of faults in JSON and tables.</summary>
public static class WorldFaultNames
{
    /// <summary>The name of a fault: <c>unknown_object</c>, <c>missing_field</c> or <c>bad_payload</c>.</summary>
    public static string ToName(this WorldFault fault) => fault switch
    {
        WorldFault.UnknownObject => "unknown_object",
        WorldFault.MissingField => "missing_field",
        WorldFault.BadPayload => "bad_payload",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "There is no such fault."),
    };

    /// <summary>Parses the name of a fault; null if unknown.</summary>
    internal static WorldFault? Parse(string? name) => name switch
    {
        "unknown_object" => WorldFault.UnknownObject,
        "missing_field" => WorldFault.MissingField,
        "bad_payload" => WorldFault.BadPayload,
        _ => null,
    };
}
