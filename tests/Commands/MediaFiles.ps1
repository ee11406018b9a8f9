# Creates small, real media files: PNG, WAV and MP4. Dot-source this file in BeforeAll.

# Returns a big-endian integer.
function ConvertTo-BigEndian {
    param([long] $Number, [int] $Bytes = 4)

    $all = [BitConverter]::GetBytes($Number)
    [Array]::Reverse($all)
    , [byte[]] $all[(8 - $Bytes)..7]
}

# Flattens strings, numbers below 256 and nested arrays into a single byte array.
function Join-Byte {
    param([object[]] $Part)

    $bytes = [Collections.Generic.List[byte]]::new()
    foreach ($one in $Part) {
        if ($one -is [string]) { $bytes.AddRange([Text.Encoding]::Latin1.GetBytes($one)) }
        elseif ($one -is [byte[]]) { $bytes.AddRange($one) }
        elseif ($one -is [array]) { $bytes.AddRange([byte[]] (Join-Byte $one)) }
        else { $bytes.Add($one) }
    }
    , $bytes.ToArray()
}

function Get-Crc32 {
    param([byte[]] $Bytes)

    $crc = [uint32]::MaxValue
    foreach ($byte in $Bytes) {
        $crc = $crc -bxor $byte
        for ($bit = 0; $bit -lt 8; $bit++) {
            $crc = if ($crc -band 1) { ($crc -shr 1) -bxor 0xEDB88320u } else { $crc -shr 1 }
        }
    }
    $crc -bxor [uint32]::MaxValue
}

# Creates a PNG image of one color: signature, header, compressed rows and end. Each chunk has a checksum.
function New-TestPng {
    param([int] $Width = 32, [int] $Height = 24, [byte[]] $Color = (200, 30, 30))

    $row = , [byte] 0 + $Color * $Width
    $packed = [IO.MemoryStream]::new()
    $zlib = [IO.Compression.ZLibStream]::new($packed, [IO.Compression.CompressionLevel]::Fastest)
    for ($y = 0; $y -lt $Height; $y++) { $zlib.Write($row, 0, $row.Length) }
    $zlib.Dispose()
    $chunks = @(
        'IHDR', (Join-Byte (ConvertTo-BigEndian $Width), (ConvertTo-BigEndian $Height), (8, 2, 0, 0, 0))
        'IDAT', $packed.ToArray()
        'IEND', [byte[]]::new(0)
    )
    $parts = @(, [byte[]] (0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10))
    for ($i = 0; $i -lt $chunks.Count; $i += 2) {
        $body = Join-Byte $chunks[$i], $chunks[$i + 1]
        $parts += , (ConvertTo-BigEndian $chunks[$i + 1].Length), $body, (ConvertTo-BigEndian (Get-Crc32 $body))
    }
    , (Join-Byte $parts)
}

# Creates a tone of a tenth of a second: 8 kHz, 16 bit, mono.
function New-TestWav {
    $samples = [IO.MemoryStream]::new()
    for ($i = 0; $i -lt 800; $i++) {
        $samples.Write([BitConverter]::GetBytes([int16] (8000 * [Math]::Sin($i / 5))), 0, 2)
    }
    $size = $samples.Length
    , (Join-Byte 'RIFF', ([BitConverter]::GetBytes([int] (36 + $size))), 'WAVEfmt ', ([BitConverter]::GetBytes(16)), (1, 0, 1, 0),
        ([BitConverter]::GetBytes(8000)), ([BitConverter]::GetBytes(16000)), (2, 0, 16, 0), 'data', ([BitConverter]::GetBytes([int] $size)), $samples.ToArray())
}

function New-Box {
    param([string] $Type, [object[]] $Part)

    $body = Join-Byte $Part
    , (Join-Byte (ConvertTo-BigEndian ($body.Length + 8)), $Type, $body)
}

# Creates a video of PNG frames, one per second, in the ISO base media format.
function New-TestMp4 {
    param([int] $Frames = 4)

    $images = @(for ($i = 0; $i -lt $Frames; $i++) { , (New-TestPng -Color (60 * $i), 90, 200) })
    $type = New-Box ftyp 'isom', (0, 0, 2, 0), 'isommp41'
    $data = New-Box mdat $images
    $seconds = ConvertTo-BigEndian $Frames
    $matrix = Join-Byte (0, 1, 0, 0), ([byte[]]::new(12)), (0, 1, 0, 0), ([byte[]]::new(12)), (64, 0, 0, 0)
    $offset = $type.Length + 8
    $offsets = @(foreach ($image in $images) { , (ConvertTo-BigEndian $offset); $offset += $image.Length })
    $sizes = @(foreach ($image in $images) { , (ConvertTo-BigEndian $image.Length) })
    $entry = New-Box 'png ' ([byte[]]::new(6)), (0, 1), ([byte[]]::new(16)), (0, 32, 0, 24), (0, 72, 0, 0, 0, 72, 0, 0), ([byte[]]::new(4)), (0, 1),
        ([byte[]]::new(32)), (0, 24, 255, 255)
    $table = New-Box stbl @(
        New-Box stsd (0, 0, 0, 0, 0, 0, 0, 1), $entry
        New-Box stts (0, 0, 0, 0, 0, 0, 0, 1), $seconds, (0, 0, 0, 1)
        New-Box stsc (0, 0, 0, 0, 0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 1)
        New-Box stsz (@(, ([byte[]]::new(8)), $seconds) + $sizes)
        New-Box stco (@(, ([byte[]]::new(4)), $seconds) + $offsets)
    )
    $media = New-Box mdia @(
        New-Box mdhd ([byte[]]::new(12)), (0, 0, 0, 1), $seconds, (0x55, 0xC4, 0, 0)
        New-Box hdlr ([byte[]]::new(8)), 'vide', ([byte[]]::new(13))
        New-Box minf @(
            New-Box vmhd (0, 0, 0, 1), ([byte[]]::new(8))
            New-Box dinf (New-Box dref (0, 0, 0, 0, 0, 0, 0, 1), (New-Box 'url ' (, [byte[]] (0, 0, 0, 1))))
            $table
        )
    )
    $track = New-Box trak @(
        New-Box tkhd (0, 0, 0, 3), ([byte[]]::new(8)), (0, 0, 0, 1), ([byte[]]::new(4)), $seconds, ([byte[]]::new(16)), $matrix, (0, 32, 0, 0, 0, 24, 0, 0)
        $media
    )
    $header = New-Box mvhd ([byte[]]::new(12)), (0, 0, 0, 1), $seconds, (0, 1, 0, 0, 1, 0), ([byte[]]::new(10)), $matrix, ([byte[]]::new(24)), (0, 0, 0, 2)
    , (Join-Byte $type, $data, (New-Box moov $header, $track))
}
