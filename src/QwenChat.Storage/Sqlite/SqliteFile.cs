using System.Runtime.InteropServices;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Accesses the database file through SQLite's own handle (sqlite.org/c3ref/io_methods.html). Closing a second handle would release SQLite's locks on the
/// file (sqlite.org/howtocorrupt.html, 2.2).
/// </summary>
internal sealed class SqliteFile(sqlite3 database)
{
    /// <summary>The size of a database file's header (sqlite.org/fileformat.html, 1.3).</summary>
    private const int HeaderBytes = 100;

    /// <summary>
    /// The size of the first part of the write-ahead log's index: its header, and the progress of checkpoints (sqlite.org/walformat.html, 2.2).
    /// </summary>
    private const int IndexBytes = 136;

    private const int RegionBytes = 32768;

    private const int FilePointerCode = 7, HasMovedCode = 20;

    // The positions of the methods in the sqlite3_io_methods structure, counted in pointers.
    private const int ReadPlace = 2, FileSizePlace = 6, MapPlace = 13;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ReadMethod(IntPtr file, byte[] buffer, int count, long offset);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int FileSizeMethod(IntPtr file, out long size);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MapMethod(IntPtr file, int region, int size, int extend, out IntPtr memory);

    /// <summary>Returns whether the file was removed, renamed or replaced.</summary>
    /// <remarks>Always false on Windows, where an open file cannot be moved and SQLite does not support the query.</remarks>
    public bool HasMoved()
    {
        int moved = 0;
        return FileControl(Handle, "main", HasMovedCode, ref moved) == raw.SQLITE_OK && moved != 0;
    }

    /// <summary>Reads the file's header and size from disk, not from SQLite's cache.</summary>
    public (string Header, long Size) ReadHeader()
    {
        var file = Pointer();
        byte[] header = new byte[HeaderBytes];
        // Bytes after the end of the file are read as zeros.
        _ = Method<ReadMethod>(file, ReadPlace)(file, header, HeaderBytes, 0);
        return Method<FileSizeMethod>(file, FileSizePlace)(file, out long size) == raw.SQLITE_OK
            ? (Convert.ToHexString(header), size) : (Convert.ToHexString(header), -1);
    }

    /// <summary>
    /// Returns the state of the write-ahead log. The state changes with every commit, and at the start and end of every checkpoint, by any process.
    /// </summary>
    /// <returns>The state, and the number of commits, which is part of the state.</returns>
    public (string State, uint Commits) ReadLogState()
    {
        var file = Pointer();
        if (Method<MapMethod>(file, MapPlace)(file, 0, RegionBytes, 0, out var memory) != raw.SQLITE_OK || memory == IntPtr.Zero)
            return ("", 0);
        byte[] state = new byte[IndexBytes];
        Marshal.Copy(memory, state, 0, IndexBytes);
        // The second copy of the header, the read marks and the locks are not part of the log state.
        return (Convert.ToHexString(state, 0, 48) + Convert.ToHexString(state, 96, 4) + Convert.ToHexString(state, 128, 4), BitConverter.ToUInt32(state, 8));
    }

    private IntPtr Handle => database.DangerousGetHandle();

    private IntPtr Pointer()
    {
        var file = IntPtr.Zero;
        int code = FileControl(Handle, "main", FilePointerCode, ref file);
        return code == raw.SQLITE_OK && file != IntPtr.Zero ? file : throw new InvalidOperationException($"SQLite did not return its file handle ({code}).");
    }

    private static T Method<T>(IntPtr file, int place) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(Marshal.ReadIntPtr(file), place * IntPtr.Size));

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl, BestFitMapping = false,
        ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int FileControl(IntPtr database, [MarshalAs(UnmanagedType.LPStr)] string name, int code, ref int value);

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl, BestFitMapping = false,
        ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int FileControl(IntPtr database, [MarshalAs(UnmanagedType.LPStr)] string name, int code, ref IntPtr value);
}
