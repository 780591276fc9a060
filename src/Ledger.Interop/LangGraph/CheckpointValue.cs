using System.Text.Json;

namespace Ledger.Interop.LangGraph;

/// <summary>A value in the form in which LangGraph's serializer stores it: the name of a form, and bytes.</summary>
/// <param name="Form">The name, such as <c>json</c> or <c>msgpack</c>.</param>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct CheckpointValue(string Form, byte[] Bytes)
{
    // As for files; what is deeper than the log can store becomes text there.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1024 };

    /// <summary>Whether there is a value.</summary>
    public bool IsPresent => Form is not (null or "empty");

    /// <summary>Whether the form is one that is read. Others, such as encrypted ones, are kept as bytes: pickles are programs.</summary>
    public bool IsReadable => Form is "json" or "msgpack" or "null";

    /// <summary>Writes it as JSON on one line, and counts the members that got another name.</summary>
    /// <exception cref="InvalidDataException">It is not of its form; the message is the rest of a sentence.</exception>
    public void WriteTo(Utf8JsonWriter writer, RenamedMembers renamed)
    {
        switch (Form)
        {
            case "null":
                writer.WriteNullValue();
                break;
            case "json":
                writer.WriteRawValue(Checked(Bytes), skipInputValidation: true);
                break;
            case "msgpack":
                MsgpackJson.Write(Bytes, writer, renamed);
                break;
            default:
                MsgpackJson.WriteBytes(writer, Form, Bytes);
                break;
        }
    }

    /// <summary>The value as JSON.</summary>
    /// <exception cref="InvalidDataException">It is not of its form; the message is the rest of a sentence.</exception>
    public JsonElement ToElement(RenamedMembers renamed)
    {
        var json = Bytes;
        if (Form != "json")
        {
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                WriteTo(writer, renamed);
            }

            json = buffer.ToArray();
        }

        var reader = new Utf8JsonReader(Checked(json), Options);
        return JsonElement.ParseValue(ref reader);
    }

    // Between its tokens JSON may have line ends, which a line must not have; within them it cannot.
    private static byte[] Checked(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            reader.Skip();
            if (!System.Text.Unicode.Utf8.IsValid(json) || reader.Read())
            {
                throw new InvalidDataException("is not JSON in UTF-8");
            }
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("is malformed JSON, or nested too deeply", fault);
        }

        if (json.AsSpan().ContainsAny((byte)'\n', (byte)'\r'))
        {
            json = [.. json];
            json.AsSpan().Replace((byte)'\n', (byte)' ');
            json.AsSpan().Replace((byte)'\r', (byte)' ');
        }

        return json;
    }
}
