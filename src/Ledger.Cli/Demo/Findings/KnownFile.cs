using System.Text.Json;
using Ledger.Cli.Demo.Files;
using Ledger.Worlds;

namespace Ledger.Cli.Demo.Findings;

/// <summary>A file as the world has it: the judge never looks at the disk.</summary>
internal sealed record KnownFile(string Id, FileKind Kind, long Size, long Lines, string Sha256, int MarkerCount, string FirstMarker)
{
    public static KnownFile Of(WorldObject file)
    {
        var data = file.Data;
        var markers = data.TryGetValue("markers", out var list) && list.GetArrayLength() > 0 ? list[0] : default;
        return new KnownFile(
            file.Id,
            Enum.Parse<FileKind>(data["kind"].GetString()!, ignoreCase: true),
            data["size"].GetInt64(),
            data["lines"].GetInt64(),
            data["sha256"].GetString()!,
            data.TryGetValue("marker_count", out var count) ? count.GetInt32() : 0,
            markers.ValueKind == JsonValueKind.Object ? markers.GetProperty("text").GetString()! : "");
    }
}
