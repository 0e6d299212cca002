// netstandard2.0 lacks the type that init-only members need.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
