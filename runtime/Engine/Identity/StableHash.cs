using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orleans;

/// <summary>Hashes that mean the same in every process, on every machine and after every restart.</summary>
public static class StableHash
{
    private const uint Prime1 = 0x9E3779B1;
    private const uint Prime2 = 0x85EBCA77;
    private const uint Prime3 = 0xC2B2AE3D;
    private const uint Prime4 = 0x27D4EB2F;
    private const uint Prime5 = 0x165667B1;

    /// <summary>The 32-bit xxHash of <paramref name="data"/> with seed 0.</summary>
    public static uint ComputeHash(ReadOnlySpan<byte> data) => XxHash32(data, 0);

    /// <summary>The 32-bit xxHash of the UTF-8 form of <paramref name="text"/> with seed 0.</summary>
    public static uint ComputeHash(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return XxHash32(System.Text.Encoding.UTF8.GetBytes(text), 0);
    }

    internal static uint XxHash32(ReadOnlySpan<byte> data, uint seed)
    {
        var length = (uint)data.Length;
        uint hash;
        if (data.Length >= 16)
        {
            var a = seed + Prime1 + Prime2;
            var b = seed + Prime2;
            var c = seed;
            var d = seed - Prime1;
            do
            {
                a = Round(a, ReadWord(data));
                b = Round(b, ReadWord(data[4..]));
                c = Round(c, ReadWord(data[8..]));
                d = Round(d, ReadWord(data[12..]));
                data = data[16..];
            }
            while (data.Length >= 16);
            hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
        }
        else
        {
            hash = seed + Prime5;
        }

        hash += length;
        while (data.Length >= 4)
        {
            hash = BitOperations.RotateLeft(hash + (ReadWord(data) * Prime3), 17) * Prime4;
            data = data[4..];
        }

        foreach (var value in data)
        {
            hash = BitOperations.RotateLeft(hash + (value * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint Round(uint lane, uint word) => BitOperations.RotateLeft(lane + (word * Prime2), 13) * Prime1;

    private static uint ReadWord(ReadOnlySpan<byte> data)
    {
        var word = MemoryMarshal.Read<uint>(data);
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }
}
