"""GPX and TCX: what is read, as far as it goes, and what is refused."""

from __future__ import annotations

import math
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.analysis.timer import elapsed_time, timer_time
from coach.errors import RideFileError
from coach.formats import gpx, tcx, xml
from coach.ride import COLUMNS

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"
     xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
     xmlns:pwr="http://www.garmin.com/xmlschemas/PowerExtension/v1">
 <metadata><name>Exporter</name><time>2001-01-01T00:00:00Z</time></metadata>
 <wpt lat="1" lon="2"><ele>9</ele><time>2001-01-01T00:00:00Z</time></wpt>
 <trk><name>Über den Paß</name><type>cycling</type><trkseg>
  <trkpt lat="50.0" lon="6.0"><ele>100.5</ele><time>2024-05-01T10:00:00Z</time>
   <extensions><power>200</power><gpxtpx:TrackPointExtension>
    <gpxtpx:hr>140</gpxtpx:hr><gpxtpx:cad>85</gpxtpx:cad>
   </gpxtpx:TrackPointExtension></extensions></trkpt>
  <trkpt lat="51.0" lon="6.0"><time>2024-05-01T12:00:01.5+02:00</time>
   <extensions><pwr:PowerInWatts>210</pwr:PowerInWatts></extensions></trkpt>
 </trkseg></trk>
</gpx>"""

TCX = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
  xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">
 <Activities><Activity Sport="Biking"><Id>2024-05-01T10:00:00Z</Id>
  <Lap StartTime="2024-05-01T10:00:00Z">
   <TotalTimeSeconds>30.0</TotalTimeSeconds><Cadence>99</Cadence>
   <AverageHeartRateBpm><Value>1</Value></AverageHeartRateBpm>
   <Track>
    <Trackpoint><Time>2024-05-01T10:00:00Z</Time><AltitudeMeters>50</AltitudeMeters>
     <DistanceMeters>0</DistanceMeters><HeartRateBpm><Value>120</Value></HeartRateBpm>
     <Cadence>80</Cadence><Extensions><ns3:TPX><ns3:Speed>7.5</ns3:Speed>
     <ns3:Watts>180</ns3:Watts></ns3:TPX></Extensions></Trackpoint>
   </Track><Track>
    <Trackpoint><Time>2024-05-01T10:00:40Z</Time></Trackpoint>
   </Track></Lap>
  <Lap StartTime="2024-05-01T10:01:00Z"><Track>
    <Trackpoint><Time>2024-05-01T10:01:00Z</Time></Trackpoint>
    <Trackpoint><Time>2024-05-01T10:01:20Z</Time><DistanceMeters>400</DistanceMeters></Trackpoint>
   </Track></Lap>
 </Activity></Activities></TrainingCenterDatabase>"""


def _gpx(points: str) -> bytes:
    return f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()


def test_gpx_reads_each_column_where_its_program_put_it():
    ride = gpx.decode(GPX.encode())
    assert ride.name == "Über den Paß"
    assert ride.sport == "cycling"
    assert ride.start == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert ride.warnings == []
    np.testing.assert_array_equal(ride.time, [0.0, 1.5])
    np.testing.assert_array_equal(ride.power, [200, 210])
    np.testing.assert_array_equal(ride.heart_rate, [140, np.nan])
    np.testing.assert_array_equal(ride.cadence, [85, np.nan])
    np.testing.assert_array_equal(ride.altitude, [100.5, np.nan])


def test_gpx_distance_is_along_the_great_circle():
    # One degree of a meridian on the IUGG mean sphere: pi / 180 * 6 371 008.8 m.
    assert gpx.decode(GPX.encode()).distance[-1] == pytest.approx(111_195.08, abs=0.01)


def test_along_bridges_unknown_places():
    nan = math.nan
    distance = gpx.along(np.array([0, nan, 2.0, 91.0]), np.array([0, 5.0, 0, 0]))
    np.testing.assert_allclose(distance, [0, nan, 222_390.16, nan], atol=0.01)


def test_tcx_reads_points_and_laps():
    ride = tcx.decode(TCX.encode())
    assert ride.sport == "cycling"
    np.testing.assert_array_equal(ride.time, [0, 40, 60, 80])
    np.testing.assert_array_equal(ride.power, [180, *[np.nan] * 3])
    np.testing.assert_array_equal(ride.heart_rate, [120, *[np.nan] * 3])
    np.testing.assert_array_equal(ride.cadence, [80, *[np.nan] * 3])
    np.testing.assert_array_equal(ride.speed, [7.5, *[np.nan] * 3])
    np.testing.assert_array_equal(ride.distance, [0, np.nan, np.nan, 400])
    # The first lap lasts until the second starts; its timer stood still for half of that.
    assert [(lap.start, lap.elapsed_time, lap.timer_time) for lap in ride.laps] == [
        (0, 60, 30),
        (60, 20, 20),
    ]


@needs_rides
def test_gpx_twin_of_the_hill_repeats():
    # Oracle: the README of the shared rides.
    ride = gpx.load(RIDES / "hill_repeats_5x_strava.gpx")
    assert len(ride) == 8357
    assert np.nansum(ride.power) == 1830773
    assert ride.sport == "cycling"


@needs_rides
def test_tcx_of_a_virtual_ride():
    ride = tcx.load(RIDES / "virtual_ride_power.tcx")
    assert len(ride) == 2318
    assert np.nansum(ride.power) == 330429
    assert [(lap.elapsed_time, lap.timer_time) for lap in ride.laps] == [(2317, 2317)]


@needs_rides
def test_route_without_times():
    ride = gpx.load(RIDES / "route_missing_elevation.gpx")
    assert len(ride) == 184
    assert ride.start is None
    assert np.isnan(ride.time).all()
    assert np.isnan(ride.altitude).sum() == 3
    assert ride.warnings == []


def test_the_file_s_own_date_is_no_point_s_time():
    document = b"<gpx><metadata><time>2020-01-01T00:00:00Z</time></metadata>" + _gpx(
        '<trkpt lat="1" lon="2"/>'
    ).removeprefix(b"<gpx>")
    assert gpx.decode(document).start is None


def test_a_route_is_read_where_there_is_no_track():
    ride = gpx.decode(b'<gpx><rte><name>Loop</name><rtept lat="1" lon="2"/></rte></gpx>')
    assert (len(ride), ride.name) == (1, "Loop")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_decides(encoding):
    declared = encoding.removesuffix("-sig")
    document = GPX.replace("UTF-8", declared).encode(encoding)
    assert gpx.decode(document).name == "Über den Paß"


def test_blanks_before_the_declaration_do_no_harm():
    assert len(gpx.decode(b"\r\n   " + GPX.encode())) == 2


BOTH = pytest.mark.parametrize(("read", "document"), [(gpx.decode, GPX), (tcx.decode, TCX)])


@BOTH
def test_a_file_cut_anywhere_is_read_as_far_as_it_goes(read, document):
    whole = document.encode()
    for cut in range(len(whole)):
        points = whole[:cut].count(b"</trkpt>") + whole[:cut].count(b"</Trackpoint>")
        if points == 0:
            with pytest.raises(RideFileError, match=r"line \d+: the file ends early"):
                read(whole[:cut])
            continue
        ride = read(whole[:cut])
        assert len(ride) == points
        [warning] = ride.warnings
        assert "the file ends early" in warning
        assert f"; {points} point" in warning


@BOTH
@given(data=st.data())
def test_damage_ends_in_a_ride_or_a_sentence(read, document, data):
    damaged = bytearray(document.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        ride = read(bytes(damaged))
    except RideFileError:
        return
    assert len(ride) > 0
    for name in COLUMNS:
        assert not np.isinf(getattr(ride, name)).any()


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_sentence(data):
    with pytest.raises(RideFileError, match="no track point could be read"):
        gpx.decode(data)


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE gpx [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><gpx><trkpt>&c;</trkpt></gpx>',
        b'<!DOCTYPE gpx SYSTEM "file:///etc/hostname"><gpx><trkpt lat="1" lon="1"/></gpx>',
        b'<!DOCTYPE gpx [<!ENTITY f SYSTEM "file:///etc/hostname">]><gpx><trkpt>&f;</trkpt></gpx>',
    ],
    ids=["bomb", "external type", "external entity"],
)
def test_document_types_are_refused(document):
    with pytest.raises(RideFileError, match=r"^line 3: it declares a document type \(DOCTYPE\)"):
        gpx.decode(b"\n\n" + document)


@pytest.mark.parametrize("encoding", ["gb2312", "klingon"])
def test_an_encoding_nobody_reads_ends_in_a_sentence(encoding):
    document = f'<?xml version="1.0" encoding="{encoding}"?><gpx/>'.encode()
    with pytest.raises(RideFileError, match="encoding it declares is not supported"):
        gpx.decode(document)


def test_depth_is_bounded():
    with pytest.raises(RideFileError, match=r"^line 65: it has more, or more deeply nested"):
        gpx.decode(b"<gpx>\n" * 100_000)


def test_where_a_document_without_points_ends_is_told():
    with pytest.raises(RideFileError, match=r"^line 3: the document ends; no track point"):
        gpx.decode(b"<gpx>\n<trk/>\n</gpx>\n\n")


@pytest.mark.parametrize(("bound", "most"), [("MAX_ELEMENTS", 103), ("MAX_POINTS", 100)])
def test_the_number_of_elements_is_bounded(monkeypatch, bound, most):
    monkeypatch.setattr(xml, bound, most)
    ride = gpx.decode(_gpx('<trkpt lat="1" lon="2"/>' * 200))
    assert len(ride) == 100
    assert "elements than any ride or workout; 100 points read" in ride.warnings[0]


def test_the_size_is_bounded(monkeypatch, tmp_path):
    monkeypatch.setattr(xml, "MAX_BYTES", 1024 * 1024)
    path = tmp_path / "large.gpx"
    path.write_bytes(b" " * (2 * 1024 * 1024))
    assert len(xml.read_bounded(path)) == 1024 * 1024 + 1
    with pytest.raises(RideFileError, match="larger than 1 MB"):
        gpx.load(path)


def test_memory_does_not_grow_with_the_number_of_points():
    def peak(points):
        document = _gpx('<trkpt lat="1" lon="2"><ele>1</ele><time>x</time></trkpt>' * points)
        tracemalloc.start()
        try:
            for _ in xml.Walk(document, announced=()):
                pass
            # What the walk itself needs: one copy of the document is the stream it reads from.
            return tracemalloc.get_traced_memory()[1] - len(document)
        finally:
            tracemalloc.stop()

    assert peak(10_000) < 1.5 * peak(1_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01T10:00:00.250Z", datetime(2024, 5, 1, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2024-05-01T10:00:00-01:30", datetime(2024, 5, 1, 11, 30, tzinfo=UTC)),
        ("2024-05-01T10:00:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_times(text, expected):
    ride = gpx.decode(_gpx(f'<trkpt lat="1" lon="2"><time>{text}</time></trkpt>'))
    assert ride.start == expected


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+14:00", "2024-13-01"])
def test_what_is_no_time_is_counted_and_left_out(text):
    ride = gpx.decode(_gpx(f'<trkpt lat="1" lon="2"><time>{text}</time></trkpt>'))
    assert ride.start is None
    assert ride.warnings == ["numbers or times that cannot be read: 1"]


def test_a_tcx_lap_that_was_cut_off_lasts_until_the_last_point():
    document = TCX.encode()
    ride = tcx.decode(document[: document.rindex(b"<Trackpoint>")])
    assert [(lap.start, lap.elapsed_time) for lap in ride.laps] == [(0, 60), (60, 0)]


def test_of_a_tcx_lap_that_was_cut_off_only_what_was_read_counts():
    document = TCX.replace("30.0<", "3600<").encode()
    ride = tcx.decode(document[: document.index(b"<Lap", document.index(b"<Lap") + 1)])
    assert [(lap.elapsed_time, lap.timer_time) for lap in ride.laps] == [(40, 40)]
    assert timer_time(ride) == elapsed_time(ride) == 40


@pytest.mark.parametrize("text", ["-5", "nan", "inf", "65535", "1e300", "abc"])
@pytest.mark.parametrize(("read", "document"), [(gpx, GPX), (tcx, TCX)], ids=["gpx", "tcx"])
def test_power_that_no_meter_writes_is_no_value(read, document, text):
    damaged = re.sub(r"(power|Watts)>\d+<", rf"\1>{text}<", document, count=1)
    assert math.isnan(read.decode(damaged.encode()).power[0])


def test_a_power_spike_is_read_as_it_is():
    assert gpx.decode(GPX.replace(">200<", ">47140<").encode()).power[0] == 47140


def test_a_tcx_without_laps_is_a_ride():
    ride = tcx.decode(TCX.replace("Lap", "Lep").encode())
    assert (len(ride), ride.laps) == (4, [])


def test_a_gpx_is_no_tcx():
    with pytest.raises(RideFileError, match="export the ride again as TCX"):
        tcx.decode(GPX.encode())
