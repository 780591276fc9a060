using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Files;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Whatever happened to a file: it is read as a whole, or refused in one sentence with a line.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Values = ["null", "5", "-1", "1e999", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[]]]", "{\"a\":{\"b\":[1]}}", "true", "\"x\""];

    private static readonly Arbitrary<(int Kind, int At, int Value)[]> Damages = Law.ArraysOf(
        from kind in Gen.Choose(0, 7)
        from at in Gen.Choose(0, 1_000_000)
        from value in Gen.Choose(0, 1_000)
        select (kind, at, value),
        upTo: 6);

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Read_DamagedSample_AsAWholeOrRefusedInASentence(string name)
    {
        var format = SampleFile.All.Single(s => s.Name == name).Format;
        await Law.HoldsAsync(
            Damages,
            async damages =>
            {
                var bytes = damages.Aggregate(SampleFile.Bytes(name), Damage);
                ForeignRecording read;
                try
                {
                    read = Recording.Read(bytes, damages.Length % 2 == 0 ? format : null);
                }
                catch (EventFileException fault)
                {
                    fault.Line.ShouldBeGreaterThan(0);
                    fault.Message.ShouldEndWith(".");
                    return;
                }
                catch (ImportRefusedException fault)
                {
                    fault.Message.ShouldEndWith(".");
                    return;
                }

                try
                {
                    var (ledger, results) = await read.ImportAsync();
                    results.Sum(r => r.WrittenEvents).ShouldBe(read.Totals.Events);
                    (await read.ImportAsync(ledger)).Sum(r => r.WrittenEvents).ShouldBe(0);
                }
                catch (Exception fault) when (name == "cloudevents.jsonl" && fault is (ForkPositionException or ImportRefusedException))
                {
                    // A branch of events that the file has lost, which the log may have.
                    fault.Message.ShouldEndWith(".");
                }
            },
            times: 150);
    }

    private static byte[] Damage(byte[] bytes, (int Kind, int At, int Value) damage)
    {
        var at = bytes.Length == 0 ? 0 : damage.At % bytes.Length;
        var lines = Encoding.UTF8.GetString(bytes).Split('\n').ToList();
        var line = damage.At % lines.Count;
        switch (damage.Kind)
        {
            case 0:
                return bytes[..at];
            case 1:
                lines.Insert(line, lines[damage.Value % lines.Count]);
                break;
            case 2:
                (lines[line], lines[damage.Value % lines.Count]) = (lines[damage.Value % lines.Count], lines[line]);
                break;
            case 3:
                lines.RemoveAt(line);
                break;
            case 4:
                return [.. bytes[..at], (byte)damage.Value, .. bytes[at..]];
            default:
                // A value of another type at a random place of the JSON.
                return Replace(bytes, damage.At, Values[damage.Value % Values.Length]);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static byte[] Replace(byte[] bytes, int at, string value)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var isLines = !IsJson(text);
        var parts = isLines ? text.Split('\n') : [text];
        var part = at % parts.Length;
        try
        {
            var root = JsonNode.Parse(parts[part]);
            var places = Places(root).ToList();
            if (places.Count == 0)
            {
                return bytes;
            }

            var (owner, key) = places[at / parts.Length % places.Count];
            if (owner is JsonObject json)
            {
                json[(string)key] = JsonNode.Parse(value);
            }
            else
            {
                ((JsonArray)owner)[(int)key] = JsonNode.Parse(value);
            }

            parts[part] = root!.ToJsonString();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            return bytes;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', parts));
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonNode.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<(JsonNode Owner, object Key)> Places(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(m => Places(m.Value).Prepend((json, m.Key))),
        JsonArray array => array.SelectMany((item, i) => Places(item).Prepend((array, i))),
        _ => [],
    };
}
