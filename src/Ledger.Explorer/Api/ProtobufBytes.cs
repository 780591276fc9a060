using System.Text;

namespace Ledger.Explorer.Api;

/// <summary>Fields of protobuf messages in their binary form.</summary>
internal static class ProtobufBytes
{
    /// <summary>A whole number from 0; nothing for 0, as protobuf writes it.</summary>
    public static byte[] Number(int field, long value) => value == 0 ? [] : [(byte)(field << 3), .. Varint(value)];

    /// <summary>A text.</summary>
    public static byte[] Text(int field, string text) => Part(field, Encoding.UTF8.GetBytes(text));

    /// <summary>A message in a message, or the bytes of a text.</summary>
    public static byte[] Part(int field, byte[] content) => [(byte)((field << 3) | 2), .. Varint(content.Length), .. content];

    private static List<byte> Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
